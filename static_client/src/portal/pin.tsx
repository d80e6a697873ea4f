// /pin: number and PIN alone, for addresses printed in invitations.
import { t } from "../i18n";
import { Page } from "../ui/page";
import { JoinForm } from "./join_form";
import "./landing.css";

export default function Pin() {
  return (
    <Page title={t("pin.page")}>
      <div class="ui-card portal-narrow">
        <h1>{t("join.title")}</h1>
        <p class="ui-muted">{t("join.text")}</p>
        <JoinForm autoFocus />
      </div>
    </Page>
  );
}
