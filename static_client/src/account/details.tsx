// What can be edited (E2-32) and what not (E2-33); at the far right the button that deletes the account (E2-35).
import { useMemo, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { chooseLanguage, formatDateTime, t } from "../i18n";
import { languages, loadUser } from "../portal/account";
import { LoadFailed } from "../portal/load_failed";
import { zoneOptions } from "../portal/zoned";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Field, Select, TextArea, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { DeleteAccount } from "./delete";
import type { Profile } from "./types";
import { useLoaded, useSubmit } from "./use";

export function Details() {
  const profile = useLoaded<Profile>("/api/account");
  if (profile.error !== null) return <LoadFailed text={t("acc.load_failed")} detail={profile.error} retry={profile.reload} />;
  if (profile.value === null) return <PageSpinner />;
  return (
    <>
      <div class="account-column">
        <Fixed profile={profile.value} />
        {!profile.value.names_fixed && <OwnName profile={profile.value} saved={profile.set} />}
      </div>
      <Editable profile={profile.value} saved={profile.set} />
    </>
  );
}

function Fixed({ profile }: { profile: Profile }) {
  const facts: [string, string][] = [
    ...(profile.names_fixed ? [[t("acc.details.name"), profile.name] as [string, string]] : []),
    [t("acc.details.email"), profile.email ?? t("acc.emails.none")],
    [t("acc.details.role"), t(`acc.role.${profile.role}`)],
    [t("acc.details.body"), profile.body?.name ?? t("acc.none")],
  ];
  if (profile.terms_at !== null) facts.push([t("acc.details.terms"), formatDateTime(profile.terms_at)]);
  return (
    <section class="account-section ui-card">
      <h2>{t("acc.details.fixed")}</h2>
      <dl class="account-facts">{facts.map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
      <p class="ui-muted ui-small">{t(profile.names_fixed ? "acc.details.fixed_hint" : "acc.details.fixed_hint_here")}</p>
    </section>
  );
}

/** Where no provider says what somebody is called. */
function OwnName({ profile, saved }: { profile: Profile; saved: (next: Profile) => void }) {
  const [surname, setSurname] = useState(profile.surname);
  const [given, setGiven] = useState(profile.given_name);
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = useSubmit();
  const save = (event: Event) => {
    event.preventDefault();
    setMissing(surname.trim() === "");
    if (surname.trim() === "") return field.current?.focus();
    void submit.run(async () => {
      const next = await api<Profile>("POST", "/api/account/name", { surname, ...(given.trim() === "" ? {} : { given_name: given }) });
      saved(next);
      setSurname(next.surname);
      setGiven(next.given_name);
      await loadUser();
      toast({ text: t("acc.details.own_name_saved"), kind: "good" });
    });
  };
  return (
    <section class="account-section ui-card">
      <h2>{t("acc.details.own_name")}</h2>
      <p class="ui-muted ui-small">{t("acc.details.own_name_hint")}</p>
      <form class="ui-stack" noValidate onSubmit={save}>
        <div class="ui-fields account-two">
          <Field label={t("acc.who.surname")} error={missing && surname.trim() === "" ? t("acc.missing") : null}>
            <TextInput value={surname} onInput={setSurname} inputRef={field} autoComplete="family-name" maxLength={60} />
          </Field>
          <Field label={t("acc.who.given_name")}>
            <TextInput value={given} onInput={setGiven} autoComplete="given-name" maxLength={60} />
          </Field>
        </div>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <div class="account-actions"><Button type="submit" variant="primary" busy={submit.busy}>{t("acc.details.own_name_go")}</Button></div>
      </form>
    </section>
  );
}

function Editable({ profile, saved }: { profile: Profile; saved: (next: Profile) => void }) {
  const [telephone, setTelephone] = useState(profile.telephone);
  const [contact, setContact] = useState(profile.contact);
  const [unit, setUnit] = useState(profile.unit?.id ?? "");
  const [language, setLanguage] = useState(profile.language);
  const [zone, setZone] = useState(profile.time_zone);
  const [telephoneError, setTelephoneError] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const zones = useMemo(() => zoneOptions(profile.time_zone), [profile.time_zone]);
  const field = useRef<HTMLInputElement>(null);
  const submit = useSubmit();
  const save = (event: Event) => {
    event.preventDefault();
    setTelephoneError(null);
    void submit.run(async () => {
      const changes = { telephone, contact, language, time_zone: zone, ...(profile.units.length > 0 ? { unit: unit === "" ? null : unit } : {}) };
      try {
        saved(await api<Profile>("PATCH", "/api/account", changes));
        await loadUser();
        // Whoever sets the account's language wants to see it: what was chosen for this browser alone gives way.
        if (language !== profile.language) await chooseLanguage("", { remember: true });
        toast({ text: t("acc.saved"), kind: "good" });
      } catch (cause) {
        if (!(cause instanceof ApiError) || !cause.message.startsWith("telephone:")) throw cause;
        setTelephoneError(t("acc.details.telephone_bad"));
        field.current?.focus();
      }
    });
  };
  return (
    <section class="account-section ui-card">
      <h2>{t("acc.details.editable")}</h2>
      <form class="ui-stack" noValidate onSubmit={save}>
        <div class="ui-fields account-two">
          <Field label={t("acc.details.telephone")} error={telephoneError}>
            <TextInput type="tel" value={telephone} onInput={setTelephone} inputRef={field} autoComplete="tel" maxLength={32} />
          </Field>
          {profile.units.length > 0 && (
            <Select label={t("acc.details.unit")} value={unit} onChange={setUnit} options={[{ value: "", label: t("acc.details.no_unit") }, ...profile.units.map((one) => ({ value: one.id, label: one.name }))]} />
          )}
        </div>
        <Field label={t("acc.details.contact")} hint={t("acc.details.contact_hint")} optional>
          <TextArea value={contact} onInput={setContact} rows={3} maxLength={2000} />
        </Field>
        <div class="ui-fields account-two">
          <Select label={t("acc.details.language")} value={language} onChange={setLanguage} options={[{ value: "", label: t("acc.details.as_browser") }, ...languages.value.map((tag) => ({ value: tag, label: ownName(tag) }))]} />
          <Select label={t("acc.details.zone")} value={zone} onChange={setZone} options={[{ value: "", label: t("acc.details.as_browser") }, ...zones]} />
        </div>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <div class="account-actions">
          <Button type="submit" variant="primary" busy={submit.busy}>{t("acc.save")}</Button>
          <Button variant="danger-quiet" icon="trash" onClick={() => setDeleting(true)}>{t("acc.delete.open")}</Button>
        </div>
      </form>
      {deleting && <DeleteAccount email={profile.email} onClose={() => setDeleting(false)} />}
    </section>
  );
}

/** A language in its own words: "Ελληνικά". */
function ownName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}
