// Tab "users": accounts of the body that coordinate nothing, and inviting new ones (E2-16).
import { useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { useSubmit } from "../account/use";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner, EmptyState } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { Table, type Column } from "../ui/table";
import { toast } from "../ui/toast";
import { peopleColumns } from "./coordinators";
import { ListBody, ListHead, useListing, useReturn } from "./list";
import { PersonDetails } from "./person";
import type { Row } from "./types";

export function SimpleUsers() {
  const list = useListing<Row>("/api/users", "", { kept: true });
  const [inviting, setInviting] = useState(false);
  useReturn(list.found);
  const columns: Column<Row>[] = [
    ...peopleColumns(),
    { id: "acts", label: t("pp.col.acts"), bare: true, cell: (row) => <IconButton icon="eye" size="small" label={t("pp.view", { name: row.name })} href={`/users/${row.id}`} /> },
  ];
  return (
    <div class="people-panel">
      <ListHead list={list} label={t("pp.search_users")}><Button class="people-accept" icon="user-plus" onClick={() => setInviting(true)}>{t("pp.invite")}</Button></ListHead>
      <ListBody list={list} empty={<EmptyState icon="people" title={t("pp.users_empty")}>{t("pp.users_empty_text")}</EmptyState>}>
        {(rows) => <Table label={t("pp.tab.users")} columns={columns} rows={rows} keyOf={(row) => row.id} details={{ label: (row) => t("pp.details", { name: row.name }), show: (row) => <PersonDetails id={row.id} /> }} />}
      </ListBody>
      {inviting && <Invite onClose={() => setInviting(false)} onInvited={list.reload} />}
    </div>
  );
}

function Invite({ onClose, onInvited }: { onClose: () => void; onInvited: () => void }) {
  const [email, setEmail] = useState("");
  const [given, setGiven] = useState("");
  const [surname, setSurname] = useState("");
  const [error, setError] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const submit = useSubmit();
  const send = (event: Event) => {
    event.preventDefault();
    if (email.trim() === "") {
      setError(t("acc.missing"));
      return;
    }
    void submit.run(async () => {
      const names = { ...(given.trim() === "" ? {} : { given_name: given }), ...(surname.trim() === "" ? {} : { surname }) };
      try {
        await api("POST", "/api/users/invite", { email, ...names });
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.code !== "bad_request") throw cause;
        setError(t("acc.email_bad"));
        return;
      }
      toast({ text: t("pp.invited", { email: email.trim() }), kind: "good" });
      onInvited();
      onClose();
    });
  };
  return (
    <Dialog open title={t("pp.invite")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" icon="send" busy={submit.busy} onClick={() => form.current?.requestSubmit()}>{t("pp.send_invitation")}</Button>
      </>
    }>
      <form class="people-form" ref={form} noValidate onSubmit={send}>
        <p class="ui-muted">{t("pp.invite_text")}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <Field label={t("pp.fact.email")} error={error}><TextInput type="email" value={email} maxLength={254} autoComplete="off" onInput={(value) => {
          setEmail(value);
          setError(null);
        }} /></Field>
        <div class="ui-fields">
          <Field label={t("pp.fact.surname")} optional><TextInput value={surname} maxLength={60} autoComplete="off" onInput={setSurname} /></Field>
          <Field label={t("pp.fact.given_name")} optional><TextInput value={given} maxLength={60} autoComplete="off" onInput={setGiven} /></Field>
        </div>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
