// The front page: enter a conference, or sign in to organise one.
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { Icon, type IconName } from "../ui/icon";
import { Page } from "../ui/page";
import { loadUser, user } from "./account";
import { Assembly } from "./assembly";
import { JoinForm } from "./join_form";
import "./landing.css";

const facts = [
  ["install", "screen"],
  ["order", "hand"],
  ["record", "archive"],
] as const satisfies readonly (readonly [string, IconName])[];

export default function Landing() {
  useEffect(() => {
    loadUser().catch(() => {
      user.value = null;
    });
  }, []);
  return (
    <Page title={t("landing.page")} class="portal-landing">
      <div class="portal-hero">
        <div class="portal-hero-words">
          <h1>{t("landing.title")}</h1>
          <p class="portal-lead">{t("landing.lead")}</p>
          <Assembly />
        </div>
        <section class="ui-card portal-join" aria-labelledby="join-title">
          <h2 id="join-title">{t("join.title")}</h2>
          <p class="ui-muted">{t("join.text")}</p>
          <JoinForm />
        </section>
      </div>
      <ul class="portal-facts" role="list">
        {facts.map(([key, icon]) => (
          <li key={key}>
            <span class="portal-fact-art"><Icon name={icon} size={24} /></span>
            <h2>{t(`landing.fact.${key}`)}</h2>
            <p>{t(`landing.fact.${key}_text`)}</p>
          </li>
        ))}
      </ul>
    </Page>
  );
}
