// Tab "texts": one text in one language, with what readers will see; the shipped one can be had again.
import { useEffect, useState } from "preact/hooks";
import { api } from "../app/api";
import { useSubmit } from "../account/use";
import { formatDateTime, language as spoken, LANGUAGES, t } from "../i18n";
import { explained, sentence } from "../portal/errors";
import { LoadFailed } from "../portal/load_failed";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Banner, PageSpinner } from "../ui/display";
import { Field, Select, TextArea } from "../ui/field";
import { Prose } from "../ui/prose";
import { toast } from "../ui/toast";
import "../people/people.css";
import "./administration.css";

const NAMES = ["terms", "privacy", "security", "contact", "moderator_rights", "help.account", "help.computer", "help.android", "help.iphone", "help.room"] as const;
type Name = (typeof NAMES)[number];
interface Content { name: string; language: string; text: string; changed_at: number | null }

export function Texts() {
  const [name, setName] = useState<Name>("terms");
  const [language, setLanguage] = useState<string>(spoken.value);
  return (
    <div class="people-panel">
      <p class="ui-muted">{t("adm.texts_hint")}</p>
      <div class="ui-fields">
        <Select label={t("adm.text")} value={name} onChange={(value) => setName(NAMES.find((one) => one === value) ?? "terms")} options={NAMES.map((one) => ({ value: one, label: t(`adm.text.${one}`) }))} />
        <Select label={t("adm.language")} value={language} onChange={setLanguage} options={LANGUAGES.map(({ tag, name: own }) => ({ value: tag, label: own }))} />
      </div>
      <Editor key={`${name} ${language}`} name={name} language={language} />
    </div>
  );
}

function Editor({ name, language }: { name: Name; language: string }) {
  const [saved, setSaved] = useState<Content | null>(null);
  const [text, setText] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const submit = useSubmit();
  const take = (found: Content) => {
    setSaved(found);
    setText(found.text);
  };
  const path = `/api/contents/${name}`;
  const load = () => {
    setFailure(null);
    api<Content>("GET", `${path}?language=${language}`).then(take, (cause) => setFailure(sentence(cause)));
  };
  useEffect(load, []);
  if (failure !== null) return <LoadFailed text={t("pp.load_failed")} detail={failure} retry={load} />;
  if (saved === null) return <PageSpinner />;
  const save = (event: Event) => {
    event.preventDefault();
    void submit.run(async () => {
      take(await api<Content>("PUT", path, { language, text }));
      toast({ text: t("pp.saved"), kind: "good" });
    });
  };
  const restore = async () => {
    take(await explained(api<Content>("PUT", path, { language, text: null })));
    toast({ text: t("adm.restored"), kind: "good" });
  };
  const changed = saved.changed_at;
  return (
    <div class="people-two-columns">
      <form class="people-section ui-card" noValidate onSubmit={save}>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        {saved.language !== language && <Banner kind="warn">{t("adm.in_english")}</Banner>}
        <Field label={t(`adm.text.${name}`)} hint={t("adm.marks")}><TextArea class="adm-text" value={text} rows={18} maxLength={60_000} lang={language} onInput={setText} /></Field>
        <p class="ui-muted ui-small">{changed === null ? t("adm.as_shipped") : t("adm.changed", { when: formatDateTime(changed) })}</p>
        <div class="ui-row">
          <Button type="submit" variant="primary" busy={submit.busy} disabled={text.trim() === "" || text === saved.text}>{t("pp.save")}</Button>
          {changed !== null && <Button variant="danger-quiet" icon="history" onClick={() => setAsking(true)}>{t("adm.restore")}</Button>}
        </div>
      </form>
      <section class="people-section ui-card" aria-label={t("adm.preview")}>
        <h2>{t("adm.preview")}</h2>
        <Prose text={text} lang={saved.language} />
      </section>
      {asking && <ConfirmDialog open title={t("adm.restore_title")} confirm={t("adm.restore")} danger onClose={() => setAsking(false)} onConfirm={restore}><p>{t("adm.restore_text")}</p></ConfirmDialog>}
    </div>
  );
}
