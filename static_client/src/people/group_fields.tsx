// Name and description of a group, wherever one is made or edited (E2-89, E2-96).
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Field, TextArea, TextInput } from "../ui/field";
import "./people.css";

export interface GroupFacts {
  readonly name: string;
  readonly description: string;
}

/** `facts`: what is typed now. `complete()`: is it enough? Says at the field what is missing. `fields`: to be shown. */
export function useGroupFields(first: GroupFacts) {
  const [name, setName] = useState(first.name);
  const [description, setDescription] = useState(first.description);
  const [missing, setMissing] = useState(false);
  const complete = (): boolean => {
    const enough = name.trim() !== "";
    setMissing(!enough);
    return enough;
  };
  const fields = (
    <>
      <Field label={t("pp.col.group")} error={missing ? t("acc.missing") : null}><TextInput value={name} maxLength={120} onInput={(value) => {
        setName(value);
        setMissing(false);
      }} /></Field>
      <Field label={t("pp.fact.description")} hint={t("pp.group_description_hint")} optional><TextArea value={description} rows={2} maxLength={2000} onInput={setDescription} /></Field>
    </>
  );
  return { facts: { name, description } as GroupFacts, complete, fields };
}
