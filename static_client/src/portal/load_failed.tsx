import { t } from "../i18n";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";

/** What could not be loaded, why, and a way to try again. */
export function LoadFailed({ text, detail, retry }: { text: string; detail: string; retry: () => void }) {
  return <Banner kind="bad" title={text} action={<Button size="small" icon="refresh" onClick={retry}>{t("ui.retry")}</Button>}>{detail}</Banner>;
}
