// Tab "groups" (E2-85 to E2-100): a coordinator's own, seen by nobody else.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { editing } from "../portal/editing";
import { explained } from "../portal/errors";
import { Button, IconButton } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Banner, EmptyState } from "../ui/display";
import { Table, type Column } from "../ui/table";
import { toast } from "../ui/toast";
import { GroupDialog } from "./group_dialog";
import { ListBody, ListHead, useListing } from "./list";
import type { Group } from "./types";

type Dialogs = { kind: "edit"; group: Group | null } | { kind: "delete"; group: Group } | null;

/** The conference form with the members as participants (E2-100 to E2-104). */
function conferenceOf(group: Group): void {
  editing.value = { kind: "new", group };
  navigate("/home");
}

export function Groups() {
  const list = useListing<Group>("/api/groups");
  const [dialog, setDialog] = useState<Dialogs>(null);
  const close = () => setDialog(null);
  const columns: Column<Group>[] = [
    { id: "name", label: t("pp.col.group"), main: true, cell: (row) => row.name },
    { id: "description", label: t("pp.fact.description"), cell: (row) => row.description },
    { id: "members", label: t("pp.col.members"), cell: (row) => <span class="ui-num">{row.members}</span> },
    { id: "acts", label: t("pp.col.acts"), bare: true, cell: (row) => (
      <>
        <IconButton icon="edit" size="small" label={t("pp.group_edit", { name: row.name })} onClick={() => setDialog({ kind: "edit", group: row })} />
        <IconButton icon="trash" size="small" label={t("pp.group_delete", { name: row.name })} onClick={() => setDialog({ kind: "delete", group: row })} />
        <IconButton icon="plus" size="small" label={t("pp.group_conference", { name: row.name })} onClick={() => conferenceOf(row)} />
      </>
    ) },
  ];
  const remove = async (group: Group) => {
    await explained(api("DELETE", `/api/groups/${group.id}`, {}));
    toast({ text: t("pp.group_deleted", { name: group.name }) });
    list.reload();
  };
  return (
    <div class="people-panel">
      <Banner kind="info">{t("pp.groups_text")}</Banner>
      <ListHead list={list} label={null}><Button icon="plus" variant="primary" onClick={() => setDialog({ kind: "edit", group: null })}>{t("pp.group_new")}</Button></ListHead>
      <ListBody list={list} empty={<EmptyState icon="people" title={t("pp.groups_empty")} />}>
        {(rows) => <Table label={t("pp.tab.groups")} columns={columns} rows={rows} keyOf={(row) => row.id} />}
      </ListBody>
      {dialog?.kind === "edit" && <GroupDialog group={dialog.group} onClose={close} onChanged={list.reload} />}
      {dialog?.kind === "delete" && (
        <ConfirmDialog open title={t("pp.group_delete_title")} confirm={t("pp.delete")} danger onClose={close} onConfirm={() => remove(dialog.group)}>
          <p>{t("pp.group_delete_text", { name: dialog.group.name })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
