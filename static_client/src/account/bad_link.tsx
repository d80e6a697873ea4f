// A link or a sign-in that leads no further: what happened, and the next step.
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Page } from "../ui/page";
import "../status/status.css";

export function BadLink({ title, text }: { title?: string; text?: string }) {
  const name = title ?? t("acc.link.bad_title");
  return (
    <Page title={name}>
      <div class="status status-warn">
        <span class="status-art"><Icon name="key" size={44} /></span>
        <h1>{name}</h1>
        <p class="status-text">{text ?? t("acc.link.bad")}</p>
        <div class="status-steps"><Button variant="primary" href="/sign-in">{t("acc.link.to_signin")}</Button></div>
      </div>
    </Page>
  );
}
