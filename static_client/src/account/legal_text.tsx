// A text that the operator publishes (terms of use, privacy statement), in a dialog, so that the form stays.
import { useEffect, useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner, Spinner } from "../ui/display";
import { Prose } from "../ui/prose";

export function LegalText({ name, label }: { name: "terms" | "privacy"; label: string }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (!open || text !== null) return;
    const language = encodeURIComponent(document.documentElement.lang.slice(0, 2) || "en");
    api<{ text: string }>("GET", `/api/contents/${name}?language=${language}`).then((found) => setText(found.text), () => setMissing(true));
  }, [open]);
  return (
    <>
      <Button variant="quiet" size="small" aria-label={label} onClick={() => setOpen(true)}>{t("acc.activate.read")}</Button>
      <Dialog open={open} title={label} size="large" onClose={() => setOpen(false)}>
        {text !== null ? <Prose text={text} /> : missing ? <Banner kind="warn">{t("acc.activate.no_text")}</Banner> : <Spinner />}
      </Dialog>
    </>
  );
}
