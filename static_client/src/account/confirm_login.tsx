// /sign-in/confirm: with which details the login will happen (E2-23), how to undo it (E2-24), the name refreshed on
// wish (E2-25), a red Cancel and a green Enter with an arrow (E2-26).
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Checkbox } from "../ui/field";
import { Page } from "../ui/page";
import "./account.css";
import { BadLink } from "./bad_link";
import { Requirements } from "./requirements";
import { SecondFactor } from "./second_factor";
import type { PendingLogin } from "./types";
import { goOn, useLoaded, useSubmit } from "./use";

export default function ConfirmLogin() {
  const login = useLoaded<PendingLogin>("/api/oidc/pending");
  const [update, setUpdate] = useState(false);
  const [second, setSecond] = useState(false);
  const [prepared, setPrepared] = useState(false);
  const submit = useSubmit();
  const who = login.value;
  if (login.error !== null) return <BadLink title={t("acc.signin.problem")} text={login.error} />;
  if (who === null) return <Page title={t("acc.who.title")}><PageSpinner /></Page>;
  if (!who.known && !prepared) return <Requirements onContinue={() => setPrepared(true)} />; // E0-7
  if (second) return <SecondFactor to={who.return_to} again={() => navigate("/sign-in", { replace: true })} />;
  const enter = () => submit.run(async () => {
    const answer = await api<{ second_factor?: boolean }>("POST", "/api/oidc/confirm", { update_name: update });
    if (answer.second_factor === true) setSecond(true);
    else await goOn(who.return_to);
  });
  const cancel = () => submit.run(async () => {
    await api("POST", "/api/oidc/cancel", {});
    navigate("/", { replace: true });
  });
  return (
    <Page title={t("acc.who.title")}>
      <div class="account-narrow account-wide">
        <h1>{t("acc.who.title")}</h1>
        <section class="ui-card">
          <p>{t("acc.who.text")}</p>
          <dl class="account-facts">
            <dt>{t("acc.who.surname")}</dt><dd>{who.surname || t("acc.none")}</dd>
            <dt>{t("acc.who.given_name")}</dt><dd>{who.given_name || t("acc.none")}</dd>
            <dt>{t("acc.who.identifier", { provider: who.provider })}</dt><dd>{who.identifier}</dd>
          </dl>
          {!who.known && <Banner>{t("acc.who.new")}</Banner>}
          {who.name_now !== null && <Checkbox label={t("acc.who.update")} hint={t("acc.who.update_hint", { name: who.name_now })} checked={update} onChange={setUpdate} />}
          <p class="ui-muted ui-small">{t("acc.who.wrong")}</p>
          {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
          <div class="account-choice">
            <Button variant="danger" onClick={() => void cancel()}>{t("acc.who.cancel")}</Button>
            <Button class="account-enter" variant="primary" busy={submit.busy} iconEnd="arrow-right" onClick={() => void enter()}>{t("acc.who.enter")}</Button>
          </div>
        </section>
      </div>
    </Page>
  );
}
