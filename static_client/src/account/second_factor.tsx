// The second step of signing in: a code of the app, or a recovery code.
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { Page } from "../ui/page";
import "./account.css";
import { goOn, useSubmit } from "./use";

export function SecondFactor({ to, again }: { to: string; again: () => void }) {
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const submit = useSubmit();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (code.trim() === "") return field.current?.focus();
    void submit.run(async () => {
      try {
        await api("POST", "/api/sign-in/second-factor", { code: code.trim() });
      } catch (cause) {
        setCode("");
        setTried(false);
        field.current?.focus();
        throw cause;
      }
      await goOn(to);
    });
  };
  return (
    <Page title={t("acc.code.title")}>
      <div class="account-narrow">
        <h1>{t("acc.code.title")}</h1>
        <form class="ui-card" noValidate onSubmit={send}>
          <p>{t("acc.code.text")}</p>
          <Field label={t("acc.code.label")} hint={t("acc.code.hint")} error={tried && code.trim() === "" ? t("acc.missing") : null}>
            <TextInput big value={code} onInput={setCode} inputRef={field} autoComplete="one-time-code" autoCapitalize="off" spellcheck={false} maxLength={40} />
          </Field>
          {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
          <div class="account-choice">
            <Button onClick={again}>{t("acc.code.back")}</Button>
            <Button type="submit" variant="primary" busy={submit.busy} iconEnd="arrow-right">{t("acc.code.go")}</Button>
          </div>
        </form>
      </div>
    </Page>
  );
}
