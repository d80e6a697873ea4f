// Tab "pending approval" (E2-121 to E2-131): green gives the role, red does not; un-ticking shows the history.
import { useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { formatDateTime, t } from "../i18n";
import { sentence } from "../portal/errors";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Badge, Banner, EmptyState } from "../ui/display";
import { Checkbox, Select } from "../ui/field";
import { Table, type Column } from "../ui/table";
import { toast } from "../ui/toast";
import { useLoaded, useSubmit } from "../account/use";
import { ListBody, ListHead, useListing } from "./list";
import { FactList, roleOf } from "./person";
import type { Body, List, Request } from "./types";

const KINDS = { new: "info", accepted: "good", rejected: "bad", withdrawn: undefined } as const;

export function Approvals() {
  const [waiting, setWaiting] = useState(true);
  const list = useListing<Request>("/api/role-requests", waiting ? "" : "all=true");
  const [busy, setBusy] = useState<string | null>(null);
  const [nameless, setNameless] = useState<Request | null>(null);
  const decide = async (row: Request, how: "accept" | "reject") => {
    if (busy !== null) return;
    setBusy(row.id);
    try {
      await api("POST", `/api/role-requests/${row.id}/${how}`, {});
      toast({ text: how === "accept" ? t("pp.accepted", { name: row.name }) : t("pp.rejected", { name: row.name }), kind: how === "accept" ? "good" : "info" });
      list.reload();
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === "body_needed") setNameless(row);
      else toast({ text: sentence(cause), kind: "bad" });
      if (cause instanceof ApiError && cause.code === "wrong_state") list.reload();
    }
    setBusy(null);
  };
  const columns: Column<Request>[] = [
    { id: "name", label: t("pp.col.name"), main: true, cell: (row) => row.name },
    { id: "role", label: t("pp.col.asked_role"), cell: (row) => roleOf(row.role) },
    { id: "unit", label: t("pp.col.unit"), cell: (row) => row.unit ?? "" },
    { id: "state", label: t("pp.col.state"), cell: (row) => (
      <span class="ui-row"><Badge kind={KINDS[row.state]}>{t(`pp.request.${row.state}`)}</Badge>{row.state === "new" && !row.confirmed && <Badge kind="warn" icon="warning">{t("pp.unconfirmed")}</Badge>}</span>
    ) },
    { id: "created", label: t("pp.col.created_at"), cell: (row) => formatDateTime(row.created_at) },
    { id: "acts", label: t("pp.col.acts"), bare: true, cell: (row) => row.state === "new" && (
      <span class="ui-row">
        <Button size="small" class="people-accept" icon="check" busy={busy === row.id} disabled={!row.confirmed} aria-label={t("pp.accept_who", { name: row.name })} onClick={() => void decide(row, "accept")}>{t("pp.accept")}</Button>
        <Button size="small" variant="danger" icon="close" aria-label={t("pp.reject_who", { name: row.name })} onClick={() => void decide(row, "reject")}>{t("pp.reject")}</Button>
      </span>
    ) },
  ];
  return (
    <div class="people-panel">
      <ListHead list={list} label={t("pp.search_requests")}><Checkbox label={t("pp.only_waiting")} checked={waiting} onChange={setWaiting} /></ListHead>
      <ListBody list={list} empty={<EmptyState icon="check" title={waiting ? t("pp.requests_none") : t("pp.requests_empty")} />}>
        {(rows) => <Table label={t("pp.tab.approval")} columns={columns} rows={rows} keyOf={(row) => row.id} details={{ label: (row) => t("pp.details", { name: row.name }), show: (row) => <Details row={row} /> }} />}
      </ListBody>
      {nameless !== null && <WhichBody row={nameless} onClose={() => setNameless(null)} onDone={list.reload} />}
    </div>
  );
}

function Details({ row }: { row: Request }) {
  const facts: [string, string][] = [
    [t("pp.fact.purpose"), row.purpose],
    [t("pp.fact.name"), row.name],
    [t("pp.fact.email"), row.email ?? ""],
    [t("pp.fact.confirmed"), row.confirmed ? t("pp.yes") : t("pp.no")],
    [t("pp.fact.telephone"), row.telephone],
    [t("pp.fact.body"), row.body_name],
    [t("pp.fact.changed"), formatDateTime(row.changed_at)],
  ];
  return (
    <div class="people-details">
      {row.state === "new" && !row.confirmed && <Banner kind="warn">{t("pp.unconfirmed_text")}</Banner>}
      <FactList facts={facts} />
    </div>
  );
}

/** The applicant typed the body's name (E1-11): which one is it? */
function WhichBody({ row, onClose, onDone }: { row: Request; onClose: () => void; onDone: () => void }) {
  const bodies = useLoaded<List<Body>>("/api/bodies?size=100");
  const [body, setBody] = useState("");
  const submit = useSubmit();
  const accept = () => submit.run(async () => {
    await api("POST", `/api/role-requests/${row.id}/accept`, body === "" ? { new_body: true } : { body });
    toast({ text: t("pp.accepted", { name: row.name }), kind: "good" });
    onDone();
    onClose();
  });
  const known = bodies.value?.items ?? [];
  return (
    <Dialog open title={t("pp.which_body")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button class="people-accept" busy={submit.busy} onClick={() => void accept()}>{t("pp.accept")}</Button>
      </>
    }>
      <div class="people-form">
        <p>{t("pp.which_body_text", { name: row.name, body: row.body_name })}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <Select label={t("pp.fact.body")} value={body} onChange={setBody} options={[{ value: "", label: t("pp.new_body_named", { body: row.body_name }) }, ...known.map((one) => ({ value: one.id, label: one.name }))]} />
      </div>
    </Dialog>
  );
}
