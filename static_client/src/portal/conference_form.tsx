// Create and edit (S-36 to S-39, E2-102 to E2-104, H-8 to H-12): title, when, recording, rights, most participants.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { language, LANGUAGES, t, viewerZone } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Checkbox, Field, RadioCards, Select, TextArea, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { user, type User } from "./account";
import { DateFields, datesOf, firstDates } from "./date_fields";
import type { FromGroup } from "./editing";
import { sentence } from "./errors";
import { checkFields, USUAL, type FieldErrors, type FormValues } from "./form_rules";
import { pathOf, type Conference, type ConferenceFields, type Kind } from "./types";

export interface ConferenceFormProps {
  /** null: a new one. */
  conference: Conference | null;
  group?: FromGroup | undefined;
  onSaved: (conference: Conference) => void;
  onClose: () => void;
}

const HOUR_MS = 3_600_000;
/** Ten minutes at least for a reservation (H-14). */
const RESERVATION_LEAD_MS = 15 * 60_000;

function valuesOf(conference: Conference | null, group?: FromGroup): FormValues {
  const zone = conference?.time_zone ?? viewerZone();
  const span = conference === null ? null : { starts: conference.starts_at, length: conference.ends_at - conference.starts_at };
  return {
    title: conference?.title ?? group?.description.split("\n")[0]?.slice(0, 120) ?? "",
    description: conference?.description ?? "",
    kind: conference?.kind ?? (group === undefined ? "instant" : "scheduled"),
    // From a group: as near to the moment of pressing as quarter hours allow, for 15 minutes (E2-102, E2-103).
    dates: group === undefined ? firstDates(span?.starts ?? null, span?.length ?? HOUR_MS, zone) : firstDates(null, HOUR_MS / 4, zone, 0),
    sessions: conference?.sessions.map((one) => firstDates(one.starts_at, one.ends_at - one.starts_at, zone)) ?? [],
    language: conference?.language ?? language.value,
    opens_before_min: String(conference?.opens_before_min ?? 5),
    lobby: conference?.lobby ?? false,
    record: conference?.record ?? false,
    start_as: conference?.start_as ?? "speaker",
    who_presents: conference?.who_presents ?? "everyone",
    max_participants: String(conference?.max_participants ?? 300),
    sms_invite: conference?.sms_invite ?? false,
    sms_reminder: conference?.sms_reminder ?? false,
    ...(conference === null ? {} : { unit_id: conference.unit_id ?? null }),
  };
}

export function ConferenceForm({ conference, group, onSaved, onClose }: ConferenceFormProps) {
  const [values, setValues] = useState<FormValues>(() => valuesOf(conference, group));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const titleRef = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const set = (change: Partial<FormValues>) => setValues((now) => ({ ...now, ...change }));
  const made = useRef<Conference | null>(null);
  const fresh = conference === null;

  /** The form is long: what is wrong must be in sight. */
  const toTrouble = () => {
    const field = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    if (field) field.focus();
    else form.current?.querySelector("[data-failure]")?.scrollIntoView({ block: "nearest" });
  };

  const chooseKind = (kind: Kind) => {
    const untouched = values.max_participants === String(USUAL[values.kind]);
    set({
      kind, max_participants: untouched ? String(USUAL[kind]) : values.max_participants,
      dates: firstDates(null, kind === "reservation" ? 24 * HOUR_MS : HOUR_MS, values.dates.zone, kind === "reservation" ? RESERVATION_LEAD_MS : undefined),
    });
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const { fields, errors: found } = checkFields(values);
    setErrors(found);
    if (fields === null) {
      if (found.title !== undefined) titleRef.current?.focus();
      else requestAnimationFrame(toTrouble);
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const saved = await save(conference ?? made.current, fields);
      made.current = saved; // whatever fails after this, a second press makes no second one
      if (group !== undefined) await api("POST", `${pathOf(saved.id)}/invitees/group`, { group: group.id });
      onSaved(saved);
      if (!fresh) toast({ text: t("form.saved"), kind: "good" });
    } catch (cause) {
      const field = cause instanceof ApiError ? cause.details["field"] : undefined;
      if (field === "starts_at" || field === "ends_at" || field === "sessions") setErrors({ [field]: sentence(cause) });
      else setFailure(sentence(cause));
      setBusy(false);
      requestAnimationFrame(toTrouble);
    }
  };

  return (
    <Dialog open title={fresh ? t("form.new") : t("form.edit")} size="large" onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" type="submit" form="conference-form" busy={busy}>{fresh ? t("form.create") : t("form.save")}</Button>
      </>
    }>
      <form id="conference-form" ref={form} class="ui-stack portal-form" noValidate onSubmit={(event) => void submit(event)}>
        {group !== undefined && <Banner icon="people">{t("form.group_members", { name: group.name, count: group.members })}</Banner>}
        <Field label={t("form.title")} error={errors.title}>
          <TextInput value={values.title} maxLength={120} autoFocus required inputRef={titleRef} autoComplete="off" onInput={(title) => set({ title })} />
        </Field>
        <Field label={t("form.description")} optional hint={t("form.description_hint")}>
          <TextArea value={values.description} maxLength={2000} rows={3} onInput={(description) => set({ description })} />
        </Field>
        {fresh && (
          <RadioCards legend={t("form.kind")} name="kind" value={values.kind} onChange={chooseKind} options={[
            { value: "instant", label: t("form.kind.instant"), hint: t("form.kind.instant_hint") },
            { value: "scheduled", label: t("form.kind.scheduled"), hint: t("form.kind.scheduled_hint") },
            { value: "reservation", label: t("form.kind.reservation"), hint: t("form.kind.reservation_hint") },
          ]} />
        )}
        {values.kind !== "instant" && <DateFields dates={values.dates} onChange={(dates) => set({ dates })} quarter={values.kind === "scheduled"} errors={errors} />}
        {values.kind === "reservation" && <Sessions values={values} set={set} error={errors.sessions} />}
        <div class="portal-record">
          <Checkbox label={t("form.record")} hint={t("form.record_hint")} checked={values.record} onChange={(record) => set({ record })} />
        </div>
        <Checkbox label={t("form.lobby")} hint={t("form.lobby_hint")} checked={values.lobby} onChange={(lobby) => set({ lobby })} />
        <RadioCards legend={t("form.start_as")} name="start_as" value={values.start_as} onChange={(start_as) => set({ start_as })} options={[
          { value: "speaker", label: t("form.start_as.speaker"), hint: t("form.start_as.speaker_hint") },
          { value: "listener", label: t("form.start_as.listener"), hint: t("form.start_as.listener_hint") },
        ]} />
        <RadioCards legend={t("form.who_presents")} name="who_presents" value={values.who_presents} onChange={(who_presents) => set({ who_presents })} options={[
          { value: "everyone", label: t("form.who_presents.everyone"), hint: t("form.who_presents.everyone_hint") },
          { value: "promoted", label: t("form.who_presents.promoted"), hint: t("form.who_presents.promoted_hint") },
        ]} />
        <div class="ui-fields">
          <Field label={t("form.max")} hint={values.kind === "reservation" ? t("form.max_hint_phone") : t("form.max_hint")} error={errors.max_participants}>
            <TextInput value={values.max_participants} inputMode="numeric" maxLength={4} autoComplete="off" onInput={(max_participants) => set({ max_participants })} />
          </Field>
          {values.kind !== "instant" && (
            <Field label={t("form.opens")} hint={t("form.opens_hint")} error={errors.opens_before_min}>
              <TextInput value={values.opens_before_min} inputMode="numeric" maxLength={2} autoComplete="off" onInput={(opens_before_min) => set({ opens_before_min })} />
            </Field>
          )}
          <Select label={t("form.language")} hint={t("form.language_hint")} value={values.language} options={LANGUAGES.map(({ tag, name }) => ({ value: tag, label: name }))} onChange={(chosen) => set({ language: chosen })} />
        </div>
        <Behalf body={user.value?.body ?? null} conference={conference} value={values.unit_id} onChange={(unit_id) => set({ unit_id })} />
        {values.kind !== "instant" && (
          <fieldset class="ui-stack">
            <legend class="ui-field-label">{t("form.sms")}</legend>
            <Checkbox label={t("form.sms_invite")} checked={values.sms_invite} onChange={(sms_invite) => set({ sms_invite })} />
            <Checkbox label={t("form.sms_reminder")} checked={values.sms_reminder} onChange={(sms_reminder) => set({ sms_reminder })} />
          </fieldset>
        )}
        {failure !== null && <div data-failure><Banner kind="bad">{failure}</Banner></div>}
      </form>
    </Dialog>
  );
}

/** On behalf of the body, or of one of its units (E2-12, E2-18): a Unit Coordinator's is the own. */
function Behalf({ body, conference, value, onChange }: { body: User["body"]; conference: Conference | null; value: string | null | undefined; onChange: (unit: string | null) => void }) {
  const [units, setUnits] = useState<{ id: string; name: string }[]>([]);
  const own = user.value?.unit?.id ?? null;
  const all = user.value?.role !== "unit_coordinator";
  useEffect(() => {
    if (body !== null) api<{ items: { id: string; name: string }[] }>("GET", `/api/bodies/${encodeURIComponent(body.id)}/units`).then((list) => setUnits(list.items), () => undefined);
  }, [body?.id]);
  const offered = units.filter((one) => all || one.id === own || one.id === conference?.unit_id);
  if (body === null || offered.length === 0) return null;
  return (
    <Select label={t("form.behalf")} value={(value === undefined ? own : value) ?? ""} onChange={(chosen) => onChange(chosen === "" ? null : chosen)}
      options={[{ value: "", label: body.name }, ...offered.map((one) => ({ value: one.id, label: one.name }))]} />
  );
}

/** The dates within a reservation (H-17): for calendars and reminders; the room is open all the time. */
function Sessions({ values, set, error }: { values: FormValues; set: (change: Partial<FormValues>) => void; error: string | undefined }) {
  const { sessions } = values;
  const change = (at: number, dates: FormValues["dates"]) => set({ sessions: sessions.map((one, i) => (i === at ? dates : one)) });
  return (
    <fieldset class="portal-sessions">
      <legend class="ui-field-label">{t("form.sessions")}</legend>
      <p class="ui-field-hint">{t("form.sessions_hint")}</p>
      {sessions.map((one, at) => (
        <div key={at} class="portal-session">
          <DateFields dates={{ ...one, zone: values.dates.zone }} onChange={(dates) => change(at, dates)} quarter={false} />
          <IconButton icon="trash" label={t("form.session_remove", { number: at + 1 })} onClick={() => set({ sessions: sessions.filter((_, i) => i !== at) })} />
        </div>
      ))}
      {error !== undefined && <p class="ui-field-error" role="alert">{error}</p>}
      <Button icon="plus" onClick={() => set({ sessions: [...sessions, firstDates(datesOf(values.dates)?.starts_at ?? null, HOUR_MS, values.dates.zone)] })}>{t("form.session_add")}</Button>
    </fieldset>
  );
}

function save(conference: Conference | null, fields: ConferenceFields): Promise<Conference> {
  const { kind, starts_at, ends_at, sessions, ...rest } = fields;
  const dated = kind === "instant" ? {} : { starts_at, ends_at, ...(kind === "reservation" ? { sessions } : {}) };
  if (conference === null) return api<Conference>("POST", "/api/conferences", { ...rest, kind, ...dated });
  return api<Conference>("PATCH", pathOf(conference.id), { ...rest, ...dated });
}
