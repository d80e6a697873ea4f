// Create and edit on one page (S-36…S-39): title, description, recording, rights, most participants.
import { useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Checkbox, Field, RadioCards, TextArea, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { sentence } from "./errors";
import { checkFields, type FieldErrors, type FormValues } from "./form_rules";
import type { Conference, ConferenceFields } from "./types";

export interface ConferenceFormProps {
  /** null: a new one. */
  conference: Conference | null;
  onSaved: (conference: Conference) => void;
  onClose: () => void;
}

export function ConferenceForm({ conference, onSaved, onClose }: ConferenceFormProps) {
  const [values, setValues] = useState<FormValues>(() => ({
    title: conference?.title ?? "",
    description: conference?.description ?? "",
    record: conference?.record ?? false,
    start_as: conference?.start_as ?? "speaker",
    who_presents: conference?.who_presents ?? "everyone",
    max_participants: String(conference?.max_participants ?? 300),
  }));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const titleRef = useRef<HTMLInputElement>(null);
  const maxRef = useRef<HTMLInputElement>(null);
  const set = (change: Partial<FormValues>) => setValues((now) => ({ ...now, ...change }));

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const { fields, errors: found } = checkFields(values);
    setErrors(found);
    if (fields === null) {
      (found.title !== undefined ? titleRef : maxRef).current?.focus();
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      onSaved(await save(conference, fields));
      if (conference !== null) toast({ text: t("form.saved"), kind: "good" });
    } catch (cause) {
      setFailure(sentence(cause));
      setBusy(false);
    }
  };

  return (
    <Dialog open title={conference === null ? t("form.new") : t("form.edit")} size="large" onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" type="submit" form="conference-form" busy={busy}>{conference === null ? t("form.create") : t("form.save")}</Button>
      </>
    }>
      <form id="conference-form" class="ui-stack portal-form" noValidate onSubmit={(event) => void submit(event)}>
        <Field label={t("form.title")} error={errors.title}>
          <TextInput value={values.title} maxLength={200} autoFocus required inputRef={titleRef} autoComplete="off" onInput={(title) => set({ title })} />
        </Field>
        <Field label={t("form.description")} optional hint={t("form.description_hint")}>
          <TextArea value={values.description} maxLength={4000} rows={3} onInput={(description) => set({ description })} />
        </Field>
        <div class="portal-record">
          <Checkbox label={t("form.record")} hint={t("form.record_hint")} checked={values.record} onChange={(record) => set({ record })} />
        </div>
        <RadioCards legend={t("form.start_as")} name="start_as" value={values.start_as} onChange={(start_as) => set({ start_as })} options={[
          { value: "speaker", label: t("form.start_as.speaker"), hint: t("form.start_as.speaker_hint") },
          { value: "listener", label: t("form.start_as.listener"), hint: t("form.start_as.listener_hint") },
        ]} />
        <RadioCards legend={t("form.who_presents")} name="who_presents" value={values.who_presents} onChange={(who_presents) => set({ who_presents })} options={[
          { value: "everyone", label: t("form.who_presents.everyone"), hint: t("form.who_presents.everyone_hint") },
          { value: "promoted", label: t("form.who_presents.promoted"), hint: t("form.who_presents.promoted_hint") },
        ]} />
        <Field label={t("form.max")} hint={t("form.max_hint")} error={errors.max_participants} class="portal-max">
          <TextInput value={values.max_participants} inputMode="numeric" maxLength={4} inputRef={maxRef} autoComplete="off" onInput={(max_participants) => set({ max_participants })} />
        </Field>
        {failure !== null && <Banner kind="bad">{failure}</Banner>}
      </form>
    </Dialog>
  );
}

function save(conference: Conference | null, fields: ConferenceFields): Promise<Conference> {
  if (conference === null) return api<Conference>("POST", "/api/conferences", fields);
  return api<Conference>("PATCH", `/api/conferences/${encodeURIComponent(conference.id)}`, fields);
}
