// One person with everything that coordinators of the body see (E2-76, E2-78), in the opened row and in the view.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { useLoaded, useSubmit } from "../account/use";
import { formatDateTime, t } from "../i18n";
import { sentence } from "../portal/errors";
import { LoadFailed } from "../portal/load_failed";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Badge, Banner, PageSpinner } from "../ui/display";
import { Field, TextArea } from "../ui/field";
import { toast } from "../ui/toast";
import type { Person, Row } from "./types";
import { proof, Vouch } from "./vouch";

export const roleOf = (role: Row["role"]): string => t(`acc.role.${role}`);

export function State({ state }: { state: Row["state"] }) {
  if (state === "active") return <Badge kind="good" icon="check">{t("pp.state.active")}</Badge>;
  return <Badge kind="warn" icon="clock">{t(`pp.state.${state}`)}</Badge>;
}

export function FactList({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return <dl class="people-facts">{facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value === "" ? "–" : value}</dd>])}</dl>;
}

/** `full`: also what the row of the list says. */
function Facts({ person, full = false }: { person: Person; full?: boolean }) {
  const stamp = (ms: number | null) => (ms === null ? t("pp.not_yet") : formatDateTime(ms));
  const emails = person.emails.map((one) => `${one.email} (${proof(one)})`).join("\n");
  const facts: [string, string][] = [
    [t("pp.fact.id"), person.id],
    ...(full ? [[t("pp.fact.surname"), person.surname], [t("pp.fact.given_name"), person.given_name]] as [string, string][] : []),
    [t("pp.fact.email"), person.email ?? ""],
    [t("pp.fact.emails"), emails],
    [t("pp.fact.confirmed"), !person.confirmed ? t("pp.no") : person.confirmed_by === "operator" ? t("pp.yes_by_hand") : t("pp.yes")],
    ...(full ? [[t("pp.fact.active"), person.state === "active" ? t("pp.yes") : t(`pp.state.${person.state}`)]] as [string, string][] : []),
    [t("pp.fact.telephone"), person.telephone],
    [t("pp.fact.role"), roleOf(person.role)],
    [t("pp.fact.body"), person.body?.name ?? ""],
    [t("pp.fact.unit"), person.unit?.name ?? ""],
    [t("pp.fact.terms"), stamp(person.terms_at)],
    [t("pp.fact.privacy"), stamp(person.privacy_at)],
    [t("pp.fact.contact"), person.contact],
    [t("pp.fact.created"), formatDateTime(person.created_at)],
  ];
  return <FactList facts={facts} />;
}

/** The opened row. While the address waits for its owner, the mail can be sent again (E2-75). */
export function PersonDetails({ id }: { id: string }) {
  const person = useLoaded<Person>(`/api/users/${id}`);
  const submit = useSubmit();
  if (person.error !== null) return <LoadFailed text={t("pp.load_failed")} detail={person.error} retry={person.reload} />;
  const found = person.value;
  if (found === null) return <PageSpinner />;
  const resend = () => submit.run(async () => {
    await api("POST", `/api/users/${id}/resend-activation`, {});
    toast({ text: t("pp.resent", { email: found.email ?? "" }), kind: "good" });
  });
  return (
    <div class="people-details">
      <Facts person={found} />
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      {found.state !== "active" && !found.confirmed && <Button size="small" icon="send" busy={submit.busy} onClick={() => void resend()}>{t("pp.resend")}</Button>}
    </div>
  );
}

/** All that the coordinators of the body see of somebody (E2-78). Only notes can be changed (E2-79), and a further address confirmed. */
export function PersonView({ person, saved }: { person: Person; saved: (person: Person) => void }) {
  const [writing, setWriting] = useState(false);
  return (
    <>
      <section class="ui-card people-section" aria-labelledby="person-facts">
        <h2 id="person-facts">{t("pp.facts")}</h2>
        <Facts person={person} full />
        <Vouch person={person} saved={saved} />
      </section>
      <section class="ui-card people-section" aria-labelledby="person-notes">
        <div class="people-section-head"><h2 id="person-notes">{t("pp.notes")}</h2><Button size="small" icon="edit" onClick={() => setWriting(true)}>{t("pp.notes_edit")}</Button></div>
        <FactList facts={[[t("pp.fact.description"), person.description], [t("pp.fact.comments"), person.comments]]} />
      </section>
      {writing && (
        <Dialog open title={t("pp.notes")} onClose={() => setWriting(false)}>
          <Notes person={person} saved={(now) => {
            saved(now);
            setWriting(false);
          }} />
        </Dialog>
      )}
    </>
  );
}

function Notes({ person, saved }: { person: Person; saved: (person: Person) => void }) {
  const [description, setDescription] = useState(person.description);
  const [comments, setComments] = useState(person.comments);
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      saved(await api<Person>("PATCH", `/api/users/${person.id}`, { description, comments }));
      toast({ text: t("pp.saved"), kind: "good" });
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
    setBusy(false);
  };
  return (
    <form class="people-form" onSubmit={(event) => void save(event)}>
      <Field label={t("pp.fact.description")} optional><TextArea value={description} rows={2} maxLength={2000} onInput={setDescription} /></Field>
      <Field label={t("pp.fact.comments")} hint={t("pp.comments_hint")} optional><TextArea value={comments} rows={3} maxLength={2000} onInput={setComments} /></Field>
      <div class="ui-row"><Button type="submit" variant="primary" busy={busy}>{t("pp.save")}</Button></div>
    </form>
  );
}
