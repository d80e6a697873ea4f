// Signing in at the provider, or with e-mail and password, then the second factor (E0-8, E2-22, E2-66).
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { maybe, t } from "../i18n";
import { waysIn } from "../portal/account";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { Page } from "../ui/page";
import { PasswordField } from "../ui/password";
import "./account.css";
import { SecondFactor } from "./second_factor";
import { goOn, useSubmit, wanted } from "./use";

export function SignInPage() {
  const [asked, setAsked] = useState(false);
  const ways = waysIn.value;
  const problem = new URLSearchParams(location.search).get("problem");
  const told = problem === null ? null : maybe(`acc.problem.${problem}`);
  const to = wanted(location.search);
  if (ways === null) return <Page title={t("acc.signin.title")}><PageSpinner /></Page>;
  if (asked) return <SecondFactor to={to} again={() => setAsked(false)} />;
  return (
    <Page title={t("acc.signin.title")}>
      <div class="account-narrow">
        <h1>{t("acc.signin.title")}</h1>
        {told !== null && <Banner kind="bad" title={t("acc.signin.problem")}>{told}</Banner>}
        {(ways.oidc !== null || ways.password) && (
          <section class="ui-card">
            {ways.oidc !== null && <ProviderButton name={ways.oidc.name} to={to} />}
            {ways.oidc !== null && ways.password && <p class="account-or">{t("acc.signin.or")}</p>}
            {ways.password && <PasswordForm to={to} second={() => setAsked(true)} focus={ways.oidc === null} />}
          </section>
        )}
        {ways.oidc === null && !ways.password && <Banner>{t("acc.signin.none")}</Banner>}
        <p class="ui-muted ui-small">{t("acc.signin.link_hint")}</p>
      </div>
    </Page>
  );
}

function ProviderButton({ name, to }: { name: string; to: string }) {
  return (
    <div class="ui-stack">
      <Button variant="primary" size="large" full icon="shield-check" href={`/api/oidc/start?return_to=${encodeURIComponent(to)}`}>{t("acc.signin.with", { name })}</Button>
      <p class="ui-muted ui-small">{t("acc.signin.with_hint")}</p>
    </div>
  );
}

function PasswordForm({ to, second, focus }: { to: string; second: () => void; focus: boolean }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const submit = useSubmit();
  const emailRef = useRef<HTMLInputElement>(null);
  const passwordRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) emailRef.current?.focus({ preventScroll: true });
  }, []);
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (email.trim() === "") return emailRef.current?.focus();
    if (password === "") return passwordRef.current?.focus();
    void submit.run(async () => {
      const answer = await api<{ second_factor?: boolean }>("POST", "/api/sign-in/password", { email, password });
      if (answer.second_factor === true) second();
      else await goOn(to);
    });
  };
  return (
    <form class="ui-stack" noValidate onSubmit={send}>
      <Field label={t("acc.signin.email")} error={tried && email.trim() === "" ? t("acc.missing") : null}>
        <TextInput type="email" value={email} onInput={setEmail} inputRef={emailRef} autoComplete="username" autoCapitalize="off" spellcheck={false} maxLength={254} />
      </Field>
      <PasswordField label={t("acc.signin.password")} value={password} onInput={setPassword} inputRef={passwordRef} autoComplete="current-password" error={tried && password === "" ? t("acc.missing") : null} />
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      <Button type="submit" variant={focus ? "primary" : "plain"} full busy={submit.busy} iconEnd="arrow-right">{t("acc.signin.go")}</Button>
      <a href="/forgot">{t("acc.signin.forgot")}</a>
    </form>
  );
}
