// /forgot: the answer is the same whether or not there is an account.
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { Page } from "../ui/page";
import "./account.css";
import { useSubmit } from "./use";

export default function Forgot() {
  const [email, setEmail] = useState("");
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState(false);
  const submit = useSubmit();
  const field = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (sent) heading.current?.focus();
  }, [sent]);
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (email.trim() === "") return field.current?.focus();
    void submit.run(async () => {
      await api("POST", "/api/password/forgot", { email });
      setSent(true);
    });
  };
  const title = sent ? t("acc.forgot.sent_title") : t("acc.forgot.title");
  return (
    <Page title={title}>
      <div class="account-narrow">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {sent ? (
          <section class="ui-card">
            <p>{t("acc.forgot.sent", { email: email.trim() })}</p>
            <p class="ui-muted">{t("acc.activate.spam")}</p>
            <Button href="/sign-in">{t("acc.link.to_signin")}</Button>
          </section>
        ) : (
          <form class="ui-card" noValidate onSubmit={send}>
            <p>{t("acc.forgot.text")}</p>
            <Field label={t("acc.signin.email")} error={tried && email.trim() === "" ? t("acc.missing") : null}>
              <TextInput type="email" value={email} onInput={setEmail} inputRef={field} autoComplete="username" autoCapitalize="off" spellcheck={false} maxLength={254} />
            </Field>
            {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
            <Button type="submit" variant="primary" full busy={submit.busy}>{t("acc.forgot.go")}</Button>
          </form>
        )}
      </div>
    </Page>
  );
}
