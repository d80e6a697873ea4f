// Page "Body": what its conferences begin with, and its units (E1-21, E2-14). Administrators choose among all bodies.
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { useLoaded, useSubmit } from "../account/use";
import { t, viewerZone } from "../i18n";
import { requireUser, user, type User } from "../portal/account";
import { LoadFailed } from "../portal/load_failed";
import { StatusPage } from "../status/status";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner, EmptyState, PageSpinner } from "../ui/display";
import { Field, Select, TextInput } from "../ui/field";
import { Page } from "../ui/page";
import { toast } from "../ui/toast";
import { BodyForm } from "./body_form";
import "./people.css";
import type { Body as BodyFacts, List } from "./types";
import { Units } from "./units";

export default function Body() {
  const [unreachable, setUnreachable] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const [saved, setSaved] = useState(0); // the names in the choice may have changed
  const start = () => {
    setUnreachable(false);
    requireUser().then((who) => setChosen((now) => now ?? who?.body?.id ?? null), () => setUnreachable(true));
  };
  useEffect(start, []);
  if (unreachable) return <StatusPage code="network" retry={start} />;
  const who = user.value;
  if (!who || who.must.length > 0) return <Page title={t("pp.body")}><PageSpinner /></Page>;
  const mine = who.role !== "user" && (who.body !== null || who.rights.includes("bodies"));
  return (
    <Page title={t("pp.body")}>
      {!mine ? <><h1>{t("pp.body")}</h1><EmptyState icon="lock" title={t("pp.not_yours")}>{t("pp.not_yours_text")}</EmptyState></> : (
        <>
          {who.rights.includes("bodies") && <Choose key={saved} chosen={chosen} choose={setChosen} />}
          {chosen !== null && <Shown key={chosen} id={chosen} who={who} saved={() => setSaved(saved + 1)} />}
        </>
      )}
    </Page>
  );
}

function Shown({ id, who, saved }: { id: string; who: User; saved: () => void }) {
  const body = useLoaded<BodyFacts>(`/api/bodies/${id}`);
  const found = body.value;
  if (body.error !== null) return <LoadFailed text={t("pp.load_failed")} detail={body.error} retry={body.reload} />;
  if (found === null) return <PageSpinner />;
  const edits = who.role === "body_coordinator" || who.role === "administrator";
  return (
    <>
      <h1>{found.name}</h1>
      <div class="people-two-columns">
        <BodyForm body={found} edits={edits} names={who.role === "administrator"} saved={(now) => {
          body.set(now);
          saved();
        }} />
        <Units body={found} edits={edits} changed={body.reload} />
      </div>
    </>
  );
}

function Choose({ chosen, choose }: { chosen: string | null; choose: (id: string) => void }) {
  const bodies = useLoaded<List<BodyFacts>>("/api/bodies?size=100");
  const [adding, setAdding] = useState(false);
  const known = bodies.value?.items ?? [];
  return (
    <div class="people-head">
      <Select label={t("pp.bodies")} value={chosen ?? ""} onChange={choose} options={[...(chosen === null ? [{ value: "", label: "–" }] : []), ...known.map((one) => ({ value: one.id, label: one.name }))]} />
      <Button icon="plus" onClick={() => setAdding(true)}>{t("pp.body_new")}</Button>
      {adding && <NewBody onClose={() => setAdding(false)} onMade={(body) => {
        bodies.reload();
        choose(body.id);
      }} />}
    </div>
  );
}

function NewBody({ onClose, onMade }: { onClose: () => void; onMade: (body: BodyFacts) => void }) {
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = useSubmit();
  const save = () => {
    if (name.trim() === "") {
      setError(t("acc.missing"));
      return;
    }
    void submit.run(async () => {
      try {
        onMade(await api<BodyFacts>("POST", "/api/bodies", { name, time_zone: viewerZone() }));
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.code !== "name_taken") throw cause;
        setError(t("error.name_taken"));
        return;
      }
      toast({ text: t("pp.saved"), kind: "good" });
      onClose();
    });
  };
  return (
    <Dialog open size="small" title={t("pp.body_new")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" busy={submit.busy} onClick={save}>{t("pp.save")}</Button>
      </>
    }>
      <div class="people-form">
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <Field label={t("pp.fact.name")} error={error}><TextInput value={name} maxLength={120} onInput={(value) => {
          setName(value);
          setError(null);
        }} /></Field>
      </div>
    </Dialog>
  );
}
