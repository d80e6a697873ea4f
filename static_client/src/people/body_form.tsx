// A body's own facts, and what its conferences begin with.
import { useMemo, useState } from "preact/hooks";
import { api } from "../app/api";
import { useSubmit } from "../account/use";
import { LANGUAGES, t } from "../i18n";
import { zoneOptions } from "../portal/zoned";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";
import { Field, RadioCards, Select, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import type { Body } from "./types";

type Facts = Pick<Body, "name" | "telephone" | "time_zone" | "language" | "short_notice">;

export function BodyForm({ body, edits, names, saved }: { body: Body; edits: boolean; names: boolean; saved: (body: Body) => void }) {
  const [facts, setFacts] = useState<Facts>(body);
  const submit = useSubmit();
  const set = <K extends keyof Facts>(name: K) => (value: Facts[K]) => setFacts({ ...facts, [name]: value });
  const save = (event: Event) => {
    event.preventDefault();
    const { name, telephone, time_zone, language, short_notice } = facts;
    void submit.run(async () => {
      saved(await api<Body>("PATCH", `/api/bodies/${body.id}`, { telephone, time_zone, language, short_notice, ...(names ? { name } : {}) }));
      toast({ text: t("pp.saved"), kind: "good" });
    });
  };
  const zones = useMemo(() => zoneOptions(body.time_zone), [body.time_zone]);
  return (
    <form class="people-section ui-card" onSubmit={save}>
      <h2>{t("pp.body_settings")}</h2>
      {!edits && <p class="ui-muted">{t("pp.body_read_only")}</p>}
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      {names && <Field label={t("pp.fact.name")}><TextInput value={facts.name} maxLength={120} required onInput={set("name")} /></Field>}
      <Field label={t("pp.fact.telephone")} optional><TextInput type="tel" value={facts.telephone} maxLength={40} readOnly={!edits} onInput={set("telephone")} /></Field>
      <div class="ui-fields">
        <Select label={t("pp.fact.time_zone")} value={facts.time_zone} options={zones} disabled={!edits} onChange={set("time_zone")} />
        <Select label={t("pp.fact.language")} value={facts.language} disabled={!edits} onChange={set("language")} options={LANGUAGES.map((one) => ({ value: one.tag, label: one.name }))} />
      </div>
      {edits && (
        <>
          <RadioCards legend={t("pp.short_notice")} name="short_notice" value={facts.short_notice} onChange={set("short_notice")} options={[
            { value: "invite_and_start", label: t("pp.short_notice.invite"), hint: t("pp.short_notice.invite_hint") },
            { value: "start_only", label: t("pp.short_notice.start"), hint: t("pp.short_notice.start_hint") },
          ]} />
          <div class="ui-row"><Button type="submit" variant="primary" busy={submit.busy}>{t("pp.save")}</Button></div>
        </>
      )}
    </form>
  );
}
