// Choosing coordinators of the same body as collaborators: one by one or all that are shown (E2-56 to E2-58).
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { useSubmit } from "../account/use";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Table, type Column } from "../ui/table";
import { toast } from "../ui/toast";
import { ListBody, ListHead, useListing } from "./list";
import { roleOf } from "./person";
import type { Colleague } from "./types";

export function AddCollaborators({ onClose, onAsked }: { onClose: () => void; onAsked: () => void }) {
  const list = useListing<Colleague>("/api/collaborators/available");
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const submit = useSubmit();
  const shown = list.found?.items ?? [];
  const all = shown.length > 0 && shown.every((one) => picked.has(one.id));
  const set = (ids: readonly string[], on: boolean) => {
    const next = new Set(picked);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setPicked(next);
  };
  const ask = () => {
    if (picked.size === 0) return;
    void submit.run(async () => {
      const { sent } = await api<{ sent: number }>("POST", "/api/collaborators", { users: [...picked] });
      toast({ text: t("pp.collab.asked", { count: sent }), kind: "good" });
      onAsked();
      onClose();
    });
  };
  const columns: Column<Colleague>[] = [
    { id: "email", label: t("pp.col.email"), main: true, cell: (one) => one.email ?? "" },
    { id: "name", label: t("pp.col.name"), cell: (one) => one.name },
    { id: "role", label: t("pp.col.role"), cell: (one) => roleOf(one.role) },
    { id: "unit", label: t("pp.col.unit"), cell: (one) => one.unit ?? "" },
  ];
  return (
    <Dialog open size="large" title={t("pp.collab.add_title")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" icon="plus" disabled={picked.size === 0} busy={submit.busy} onClick={ask}>{t("pp.collab.add_picked", { count: picked.size })}</Button>
      </>
    }>
      <div class="people-form">
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <ListHead list={list} label={t("pp.search_coordinators")} />
        <ListBody list={list} empty={<p class="ui-muted">{t("pp.collab.nobody")}</p>}>
          {(rows) => <Table label={t("pp.collab.add_title")} columns={columns} rows={rows} keyOf={(one) => one.id} pick={{
            head: <Tick label={t("pp.collab.all")} checked={all} onChange={(on) => set(shown.map((one) => one.id), on)} />,
            cell: (one) => <Tick label={one.email ?? one.name} checked={picked.has(one.id)} onChange={(on) => set([one.id], on)} />,
          }} />}
        </ListBody>
      </div>
    </Dialog>
  );
}

function Tick({ label, checked, onChange }: { label: string; checked: boolean; onChange: (on: boolean) => void }) {
  return <label class="people-tick"><input type="checkbox" aria-label={label} checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} /></label>;
}
