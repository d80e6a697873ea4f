// The units of a body: made, renamed, deleted while nobody coordinates them.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { useSubmit } from "../account/use";
import { t } from "../i18n";
import { explained } from "../portal/errors";
import { Button, IconButton } from "../ui/button";
import { ConfirmDialog, Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import type { Body, Unit } from "./types";

export function Units({ body, edits, changed }: { body: Body; edits: boolean; changed: () => void }) {
  const [renamed, setRenamed] = useState<Unit | null>(null);
  const [deleted, setDeleted] = useState<Unit | null>(null);
  const units = body.units ?? [];
  const remove = async (unit: Unit) => {
    await explained(api("DELETE", `/api/units/${unit.id}`, {}));
    toast({ text: t("pp.unit_deleted", { name: unit.name }) });
    changed();
  };
  return (
    <section class="people-section ui-card">
      <h2>{t("pp.units")}</h2>
      {units.length === 0 && <p class="ui-muted">{t("pp.units_empty")}</p>}
      {units.length > 0 && (
        <ul class="people-rows" role="list">
          {units.map((one) => (
            <li key={one.id}>
              <span class="ui-grow">{one.name}<br /><span class="ui-muted ui-small">{t("pp.unit_coordinators", { count: one.coordinators })}</span></span>
              {edits && (
                <span class="ui-nowrap">
                  <IconButton icon="edit" size="small" label={t("pp.unit_rename", { name: one.name })} onClick={() => setRenamed(one)} />
                  <IconButton icon="trash" size="small" label={t("pp.unit_delete", { name: one.name })} onClick={() => setDeleted(one)} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {edits && <Add body={body.id} changed={changed} />}
      {renamed !== null && <Rename unit={renamed} onClose={() => setRenamed(null)} changed={changed} />}
      {deleted !== null && (
        <ConfirmDialog open title={t("pp.unit_delete_title")} confirm={t("pp.delete")} danger onClose={() => setDeleted(null)} onConfirm={() => remove(deleted)}>
          <p>{t("pp.unit_delete_text", { name: deleted.name })}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function Add({ body, changed }: { body: string; changed: () => void }) {
  const [name, setName] = useState("");
  const submit = useSubmit();
  const add = (event: Event) => {
    event.preventDefault();
    if (name.trim() === "") return;
    void submit.run(async () => {
      await api("POST", `/api/bodies/${body}/units`, { name });
      setName("");
      changed();
    });
  };
  return (
    <form class="people-add" onSubmit={add}>
      <Field label={t("pp.unit_new")} error={submit.error}><TextInput value={name} maxLength={120} autoComplete="off" onInput={setName} /></Field>
      <Button type="submit" icon="plus" busy={submit.busy}>{t("pp.unit_add")}</Button>
    </form>
  );
}

function Rename({ unit, onClose, changed }: { unit: Unit; onClose: () => void; changed: () => void }) {
  const [name, setName] = useState(unit.name);
  const submit = useSubmit();
  const save = () => {
    if (name.trim() === "") return;
    void submit.run(async () => {
      await api("PATCH", `/api/units/${unit.id}`, { name });
      changed();
      onClose();
    });
  };
  return (
    <Dialog open size="small" title={t("pp.unit_rename", { name: unit.name })} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" busy={submit.busy} onClick={save}>{t("pp.save")}</Button>
      </>
    }>
      <div class="people-form">
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <Field label={t("pp.unit_name")}><TextInput value={name} maxLength={120} onInput={setName} /></Field>
      </div>
    </Dialog>
  );
}
