// Many people at once: a pasted list or a CSV file, looked through line by line before anybody is invited (E2-87).
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { maybe, t } from "../i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Field, FileField, Select, TextArea } from "../ui/field";
import { toast } from "../ui/toast";
import { accountsOpen } from "./account";
import { sentence } from "./errors";

interface Row { line: number; name: string; email: string | null; telephone: string | null; moderator: boolean; error: string | null }
interface Answer { rows: Row[]; good: number; added: number }

export function BulkDialog({ path, onClose, onAdded }: { path: string; onClose: () => void; onAdded: () => void }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<string | null>(null);
  const [kind, setKind] = useState("guest");
  const [seen, setSeen] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = async (preview: boolean) => {
    setBusy(true);
    setFailure(null);
    try {
      const answer = await api<Answer>("POST", `${path}/bulk`, { text, kind, preview });
      if (preview) setSeen(answer);
      else {
        toast({ text: t("bulk.added", { count: answer.added }), kind: "good" });
        onAdded();
      }
    } catch (cause) {
      setFailure(sentence(cause));
    }
    setBusy(false);
  };
  const read = async (chosen: File) => {
    try {
      setText(await chosen.text());
    } catch (cause) {
      return setFailure(sentence(cause)); // moved or forbidden since it was chosen
    }
    setFile(chosen.name);
    setSeen(null);
    setFailure(null);
  };
  const bad = seen?.rows.filter((row) => row.error !== null) ?? [];
  return (
    <Dialog open title={t("bulk.title")} size="large" onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        {seen === null
          ? <Button variant="primary" busy={busy} disabled={text.trim() === ""} onClick={() => void ask(true)}>{t("bulk.check")}</Button>
          : <Button variant="primary" busy={busy} disabled={seen.good === 0} onClick={() => void ask(false)}>{t("bulk.add", { count: seen.good })}</Button>}
      </>
    }>
      <div class="ui-stack">
        <Field label={t("bulk.text")} hint={t("bulk.hint")}>
          <TextArea value={text} rows={8} onInput={(value) => {
            setText(value);
            setSeen(null);
          }} />
        </Field>
        <FileField label={t("bulk.file")} accept=".csv,.txt,text/csv,text/plain" name={file} onFile={(chosen) => void read(chosen)} />
        {accountsOpen() && <Select label={t("people.kind")} value={kind} options={[{ value: "guest", label: t("people.kind.guest") }, { value: "person", label: t("people.kind.person") }]} onChange={setKind} />}
        {seen !== null && (
          <div role="status" class="ui-stack">
            <Banner kind={seen.good > 0 ? "good" : "warn"}>{t("bulk.good", { count: seen.good })}</Banner>
            {bad.length > 0 && (
              <Banner kind="warn" title={t("bulk.bad", { count: bad.length })}>
                <ul>{bad.slice(0, 50).map((row) => <li key={row.line}>{t("bulk.line", { line: row.line, name: row.name, error: maybe(`bulk.error.${row.error ?? ""}`) ?? row.error ?? "" })}</li>)}</ul>
              </Banner>
            )}
          </div>
        )}
        {failure !== null && <Banner kind="bad">{failure}</Banner>}
      </div>
    </Dialog>
  );
}
