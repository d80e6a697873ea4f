// /reset#TOKEN: a new password by the link of a mail; for an invited person the first one, or the provider instead.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import type { WaysIn } from "../portal/account";
import { sentence } from "../portal/errors";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Page } from "../ui/page";
import { PasswordField } from "../ui/password";
import "./account.css";
import { BadLink } from "./bad_link";
import { Requirements } from "./requirements";
import { SecondFactor } from "./second_factor";
import { goOn, passwordFault, tokenOf, useSubmit } from "./use";

interface Link { purpose: "reset" | "activate"; email: string; name: string; sign_in: WaysIn }

export default function Reset() {
  const [token] = useState(() => tokenOf(location.hash));
  const [link, setLink] = useState<Link | null>(null);
  const [bad, setBad] = useState<string | null | undefined>(undefined);
  const [second, setSecond] = useState(false);
  const [prepared, setPrepared] = useState(false);
  useEffect(() => {
    history.replaceState(null, "", "/reset");
    api<Link>("POST", "/api/password/look", { token }).then(setLink, (cause) => {
      const gone = cause instanceof ApiError && ["not_found", "link_used", "link_expired", "bad_request"].includes(cause.code);
      setBad(gone ? null : sentence(cause));
    });
  }, []);
  if (bad !== undefined) return <BadLink {...(bad === null ? {} : { text: bad })} />;
  if (link === null) return <Page title={t("acc.reset.title")}><PageSpinner /></Page>;
  if (second) return <SecondFactor to="/home" again={() => navigate("/sign-in", { replace: true })} />;
  const first = link.purpose === "activate";
  if (first && !prepared) return <Requirements onContinue={() => setPrepared(true)} />; // E0-7
  const title = first ? t("acc.reset.title_first") : t("acc.reset.title");
  return (
    <Page title={title}>
      <div class="account-narrow">
        <h1>{title}</h1>
        <section class="ui-card">
          <p>{t(!first ? "acc.reset.text" : link.sign_in.oidc !== null ? "acc.reset.text_first" : "acc.reset.text_first_password", { email: link.email })}</p>
          {first && link.sign_in.oidc !== null && <Provider name={link.sign_in.oidc.name} token={token} />}
          {first && link.sign_in.oidc !== null && link.sign_in.password && <p class="account-or">{t("acc.reset.or")}</p>}
          {link.sign_in.password && <NewPassword token={token} email={link.email} second={() => setSecond(true)} />}
        </section>
      </div>
    </Page>
  );
}

function Provider({ name, token }: { name: string; token: string }) {
  const submit = useSubmit();
  const go = () => submit.run(async () => {
    const away = await api<{ url: string }>("POST", "/api/oidc/start", { token });
    location.assign(away.url);
  });
  return (
    <div class="ui-stack">
      <Button variant="primary" size="large" full icon="shield-check" busy={submit.busy} onClick={() => void go()}>{t("acc.signin.with", { name })}</Button>
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
    </div>
  );
}

function NewPassword({ token, email, second }: { token: string; email: string; second: () => void }) {
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const submit = useSubmit();
  const field = useRef<HTMLInputElement>(null);
  const send = (event: Event) => {
    event.preventDefault();
    if (password === "") {
      setFault(t("acc.missing"));
      return field.current?.focus();
    }
    void submit.run(async () => {
      try {
        const answer = await api<{ second_factor?: boolean }>("POST", "/api/password/reset", { token, new: password });
        if (answer.second_factor === true) second();
        else await goOn("/home");
      } catch (cause) {
        const why = passwordFault(cause);
        setFault(why);
        if (why === null) throw cause;
        field.current?.focus();
      }
    });
  };
  return (
    <form class="ui-stack" noValidate onSubmit={send}>
      <input class="visually-hidden" type="text" autoComplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" />
      <PasswordField label={t("acc.reset.new")} hint={t("acc.password.rule")} value={password} onInput={(value) => {
        setPassword(value);
        setFault(null);
      }} inputRef={field} autoComplete="new-password" error={fault} />
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      <Button type="submit" variant="primary" full busy={submit.busy} iconEnd="arrow-right">{t("acc.reset.go")}</Button>
    </form>
  );
}
