// "Is it still you?": the dialog for whatever the server does only shortly after somebody proved who they are
// (`proof_needed`). It asks for what the account has; the call that was refused goes again afterwards.
import { useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import type { ProveProps, Ways } from "../app/proof";
import { t } from "../i18n";
import { here, user, waysIn } from "../portal/account";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { PasswordField } from "../ui/password";
import { useSubmit, type Submit } from "./use";

export function Prove({ ways, done }: ProveProps) {
  const typed = ways.password || ways.code;
  const provider = !typed && ways.provider ? waysIn.value?.oidc?.name ?? null : null;
  const submit = useSubmit();
  return (
    <Dialog open size="small" title={t("acc.prove.title")} onClose={() => done(false)} actions={
      <>
        <Button onClick={() => done(false)}>{t("ui.cancel")}</Button>
        {typed && <Button type="submit" form="prove" variant="primary" busy={submit.busy}>{t("acc.code.go")}</Button>}
        {provider !== null && <Button variant="primary" href={`/api/oidc/start?fresh=true&return_to=${encodeURIComponent(here())}`}>{t("acc.signin.with", { name: provider })}</Button>}
      </>
    }>
      <div class="ui-stack">
        <p>{t("acc.prove.text")}</p>
        {typed ? <Form ways={ways} submit={submit} done={() => done(true)} /> : <p>{t(provider === null ? "acc.prove.again" : "acc.prove.provider")}</p>}
      </div>
    </Dialog>
  );
}

function Form({ ways, submit, done }: { ways: Ways; submit: Submit; done: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState<"password" | "code" | null>(null);
  const [tried, setTried] = useState(false);
  const passwordRef = useRef<HTMLInputElement>(null);
  const codeRef = useRef<HTMLInputElement>(null);
  const missing = (value: string) => (tried && value.trim() === "" ? t("acc.missing") : null);
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    setWrong(null);
    if (ways.password && password === "") return passwordRef.current?.focus();
    if (ways.code && code.trim() === "") return codeRef.current?.focus();
    void submit.run(async () => {
      try {
        await api("POST", "/api/account/prove", { ...(ways.password ? { password } : {}), ...(ways.code ? { code: code.trim() } : {}) });
      } catch (cause) {
        const at = cause instanceof ApiError ? { wrong_credentials: "password", wrong_code: "code" }[cause.code] : undefined;
        if (at !== "password" && at !== "code") throw cause;
        setWrong(at);
        return (at === "password" ? passwordRef : codeRef).current?.select();
      }
      done();
    });
  };
  return (
    <form class="ui-stack" id="prove" noValidate onSubmit={send}>
      <input class="visually-hidden" type="text" autoComplete="username" value={user.value?.email ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
      {ways.password && <PasswordField label={t("acc.signin.password")} value={password} inputRef={passwordRef} autoFocus autoComplete="current-password"
        error={wrong === "password" ? t("acc.pw.wrong") : missing(password)} onInput={setPassword} />}
      {ways.code && (
        <Field label={t("acc.code.label")} hint={t("acc.code.hint")} error={wrong === "code" ? t("error.wrong_code") : missing(code)}>
          <TextInput big value={code} onInput={setCode} inputRef={codeRef} autoFocus={!ways.password} autoComplete="one-time-code" autoCapitalize="off" spellcheck={false} maxLength={40} />
        </Field>
      )}
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
    </form>
  );
}
