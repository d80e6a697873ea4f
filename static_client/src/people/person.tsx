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

export const roleOf = (role: Row["role"]): string => t(`acc.role.${role}`);

export function State({ state }: { state: Row["state"] }) {
  if (state === "active") return <Badge kind="good" icon="check">{t("pp.state.active")}</Badge>;
  return <Badge kind="warn" icon="clock">{t(`pp.state.${state}`)}</Badge>;
}

function Facts({ person }: { person: Person }) {
  const stamp = (ms: number | null) => (ms === null ? t("pp.not_yet") : formatDateTime(ms));
  const emails = person.emails.map((one) => `${one.email} (${one.confirmed_at === null ? t("pp.unconfirmed") : t("pp.confirmed")})`).join("\n");
  const facts: [string, string][] = [
    [t("pp.fact.id"), person.id],
    [t("pp.fact.email"), person.email ?? ""],
    [t("pp.fact.emails"), emails],
    [t("pp.fact.confirmed"), person.confirmed ? t("pp.yes") : t("pp.no")],
    [t("pp.fact.telephone"), person.telephone],
    [t("pp.fact.role"), roleOf(person.role)],
    [t("pp.fact.body"), person.body?.name ?? ""],
    [t("pp.fact.unit"), person.unit?.name ?? ""],
    [t("pp.fact.terms"), stamp(person.terms_at)],
    [t("pp.fact.privacy"), stamp(person.privacy_at)],
    [t("pp.fact.contact"), person.contact],
    [t("pp.fact.created"), formatDateTime(person.created_at)],
  ];
  return <dl class="people-facts">{facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value === "" ? "–" : value}</dd>])}</dl>;
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

/** The view: with description and comments, which are the coordinators' own. */
export function PersonDialog({ row, onClose }: { row: Row; onClose: () => void }) {
  const person = useLoaded<Person>(`/api/users/${row.id}`);
  const found = person.value;
  return (
    <Dialog open title={row.name} onClose={onClose} size="large" actions={<Button icon="arrow-left" onClick={onClose}>{t("pp.back")}</Button>}>
      {person.error !== null ? <LoadFailed text={t("pp.load_failed")} detail={person.error} retry={person.reload} />
        : found === null ? <PageSpinner />
        : <div class="people-form"><Facts person={found} /><Notes person={found} saved={person.set} /></div>}
    </Dialog>
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
