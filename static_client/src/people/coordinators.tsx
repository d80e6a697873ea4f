// Tab "administrators": the body's coordinators (E2-67 to E2-83).
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { formatDate, t } from "../i18n";
import type { User } from "../portal/account";
import { explained } from "../portal/errors";
import { Button, IconButton } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { EmptyState } from "../ui/display";
import { Table, type Column } from "../ui/table";
import { toast } from "../ui/toast";
import { AddCoordinator, WriteToAll } from "./coordinator_dialogs";
import { ListBody, ListHead, useListing, useReturn } from "./list";
import { PersonDetails, roleOf, State } from "./person";
import type { Row } from "./types";

type Dialogs = { kind: "add" } | { kind: "write" } | { kind: "convert"; row: Row } | null;

/** E2-83: not another Body Coordinator, but by an administrator. */
function mayConvert(who: Pick<User, "id" | "role">, row: Pick<Row, "id" | "role">): boolean {
  if (row.id === who.id) return false;
  return row.role === "unit_coordinator" || (row.role === "body_coordinator" && who.role === "administrator");
}

export function peopleColumns(): Column<Row>[] {
  return [
    { id: "name", label: t("pp.col.name"), main: true, cell: (row) => row.name },
    { id: "email", label: t("pp.col.email"), cell: (row) => row.email ?? "" },
    { id: "unit", label: t("pp.col.unit"), cell: (row) => row.unit ?? "" },
    { id: "state", label: t("pp.col.state"), cell: (row) => <State state={row.state} /> },
    { id: "created", label: t("pp.col.created"), cell: (row) => formatDate(row.created_at) },
  ];
}

export function Coordinators({ who }: { who: User }) {
  const list = useListing<Row>("/api/coordinators", "", { kept: true });
  const [dialog, setDialog] = useState<Dialogs>(null);
  useReturn(list.found);
  const close = () => setDialog(null);
  const [name, ...others] = peopleColumns();
  const columns: Column<Row>[] = [
    ...(name === undefined ? [] : [name]),
    { id: "role", label: t("pp.col.role"), cell: (row) => roleOf(row.role) },
    ...others.filter((one) => one.id !== "email"),
    {
      id: "acts", label: t("pp.col.acts"), bare: true, cell: (row) => (
        <>
          <IconButton icon="eye" size="small" label={t("pp.view", { name: row.name })} href={`/users/${row.id}`} />
          {mayConvert(who, row) && <IconButton icon="remove" size="small" label={t("pp.convert", { name: row.name })} onClick={() => setDialog({ kind: "convert", row })} />}
        </>
      ),
    },
  ];
  const convert = async (row: Row) => {
    await explained(api("POST", `/api/users/${row.id}/convert`, {}));
    toast({ text: t("pp.converted", { name: row.name }), kind: "good" });
    list.reload();
  };
  return (
    <div class="people-panel">
      <ListHead list={list} label={t("pp.search_coordinators")}>
        <Button icon="send" onClick={() => setDialog({ kind: "write" })}>{t("pp.write")}</Button>
        <Button class="people-accept" icon="plus" onClick={() => setDialog({ kind: "add" })}>{t("pp.add_coordinator")}</Button>
      </ListHead>
      <ListBody list={list} empty={<EmptyState icon="people" title={t("pp.coordinators_empty")} />}>
        {(rows) => <Table label={t("pp.tab.coordinators")} columns={columns} rows={rows} keyOf={(row) => row.id} details={{ label: (row) => t("pp.details", { name: row.name }), show: (row) => <PersonDetails id={row.id} /> }} />}
      </ListBody>
      {dialog?.kind === "add" && <AddCoordinator who={who} onClose={close} onAdded={list.reload} />}
      {dialog?.kind === "write" && <WriteToAll onClose={close} />}
      {dialog?.kind === "convert" && (
        <ConfirmDialog open title={t("pp.convert_title")} confirm={t("pp.ok")} danger onClose={close} onConfirm={() => convert(dialog.row)}>
          <p>{t("pp.convert_text", { name: dialog.row.name })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
