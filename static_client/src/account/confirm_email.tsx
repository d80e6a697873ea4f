// /confirm#TOKEN: the link of a confirmation mail. It asks before it confirms: the mail may have been caused by
// somebody who typed a wrong address, and scanners of mail follow links.
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { sentence } from "../portal/errors";
import { loadUser } from "../portal/account";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Page } from "../ui/page";
import "./account.css";
import { BadLink } from "./bad_link";
import { tokenOf, useSubmit } from "./use";

type Stage = "asking" | "done" | "extra" | "not";

export default function ConfirmEmail() {
  const [token] = useState(() => tokenOf(location.hash));
  const [facts, setFacts] = useState<{ name: string; email: string; extra: boolean } | null>(null);
  const [bad, setBad] = useState<string | null | undefined>(undefined);
  const [stage, setStage] = useState<Stage>("asking");
  const submit = useSubmit();
  useEffect(() => {
    history.replaceState(null, "", "/confirm");
    api<{ name: string; email: string; extra: boolean }>("POST", "/api/account/confirm-email/look", { token }).then(setFacts, (cause) => {
      const gone = cause instanceof ApiError && ["not_found", "link_used", "link_expired", "bad_request"].includes(cause.code);
      setBad(gone ? null : sentence(cause));
    });
  }, []);
  if (bad !== undefined) return <BadLink {...(bad === null ? {} : { text: bad })} />;
  if (facts === null) return <Page title={t("acc.confirm.title")}><PageSpinner /></Page>;
  const yes = () => submit.run(async () => {
    const done = await api<{ extra: boolean }>("POST", "/api/account/confirm-email", { token });
    setStage(done.extra ? "extra" : "done");
  });
  const onward = async () => {
    const who = await loadUser().catch(() => null);
    navigate(who === null ? "/sign-in" : who.must.length > 0 ? "/activate" : stage === "extra" ? "/account#emails" : "/home", { replace: true });
  };
  if (stage !== "asking") {
    const title = stage === "not" ? t("acc.confirm.not_title") : t("acc.confirm.done_title");
    return (
      <Page title={title}>
        <div class="account-narrow">
          <h1>{title}</h1>
          <section class="ui-card">
            <p>{stage === "not" ? t("acc.confirm.not") : stage === "extra" ? t("acc.confirm.done_extra") : t("acc.confirm.done")}</p>
            {stage === "not" ? <Button href="/">{t("status.home")}</Button> : <Button variant="primary" iconEnd="arrow-right" onClick={() => void onward()}>{t("acc.confirm.go")}</Button>}
          </section>
        </div>
      </Page>
    );
  }
  return (
    <Page title={t("acc.confirm.title")}>
      <div class="account-narrow">
        <h1>{t("acc.confirm.title")}</h1>
        <section class="ui-card">
          <p>{facts.name === "" ? t("acc.confirm.text_nameless", { email: facts.email }) : t("acc.confirm.text", { name: facts.name, email: facts.email })}</p>
          {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
          <div class="account-choice">
            <Button onClick={() => setStage("not")}>{t("acc.confirm.no")}</Button>
            <Button variant="primary" icon="check" busy={submit.busy} onClick={() => void yes()}>{t("acc.confirm.yes")}</Button>
          </div>
        </section>
      </div>
    </Page>
  );
}
