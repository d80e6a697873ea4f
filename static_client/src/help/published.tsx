// /contact, /terms, /privacy, /security: what the operator publishes (E1-29, decision 12). Anybody reads it.
import { route, type Route } from "../app/router";
import { t } from "../i18n";
import { Page } from "../ui/page";
import "./help.css";
import { Text } from "./text";

const NAMES = ["contact", "terms", "privacy", "security"] as const satisfies readonly Route["page"][];

export default function Published() {
  const name = NAMES.find((one) => one === route.value.page) ?? "contact";
  const title = t(`adm.text.${name}`);
  return (
    <Page title={title}>
      <article class="ui-card help-text help-alone"><Text name={name} title={title} heading="h1" /></article>
    </Page>
  );
}
