// Changing the password, or setting one where people usually sign in at a provider.
import { useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";
import { PasswordField } from "../ui/password";
import { toast } from "../ui/toast";
import type { Profile } from "./types";
import { passwordFault, useSubmit } from "./use";

export function PasswordSection({ profile, changed }: { profile: Profile; changed: () => void }) {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [currentError, setCurrentError] = useState<string | null>(null);
  const [freshError, setFreshError] = useState<string | null>(null);
  const submit = useSubmit();
  const currentRef = useRef<HTMLInputElement>(null);
  const freshRef = useRef<HTMLInputElement>(null);
  const has = profile.has_password;
  const send = (event: Event) => {
    event.preventDefault();
    if (has && current === "") {
      setCurrentError(t("acc.missing"));
      return currentRef.current?.focus();
    }
    if (fresh === "") {
      setFreshError(t("acc.missing"));
      return freshRef.current?.focus();
    }
    void submit.run(async () => {
      try {
        await api("POST", "/api/account/password", { new: fresh, ...(has ? { current } : {}) });
        setCurrent("");
        setFresh("");
        toast({ text: t("acc.pw.changed"), kind: "good" });
        changed();
      } catch (cause) {
        const why = passwordFault(cause);
        const wrong = cause instanceof ApiError && cause.code === "wrong_credentials";
        setFreshError(why);
        setCurrentError(wrong ? t("acc.pw.wrong") : null);
        (wrong ? currentRef : freshRef).current?.focus();
        if (why === null && !wrong) throw cause;
      }
    });
  };
  return (
    <section class="account-section ui-card">
      <h2>{t("acc.pw.title")}</h2>
      {!has && <p class="ui-muted">{t("acc.pw.none")}</p>}
      <form class="ui-stack" noValidate onSubmit={send}>
        <input class="visually-hidden" type="text" autoComplete="username" value={profile.email ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
        <div class="ui-fields account-two">
          {has && <PasswordField label={t("acc.pw.current")} value={current} inputRef={currentRef} autoComplete="current-password" error={currentError} onInput={(value) => {
            setCurrent(value);
            setCurrentError(null);
          }} />}
          <PasswordField label={t("acc.pw.new")} value={fresh} inputRef={freshRef} autoComplete="new-password" error={freshError} onInput={(value) => {
            setFresh(value);
            setFreshError(null);
          }} />
        </div>
        <p class="ui-muted ui-small">{t("acc.password.rule")}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <div class="ui-row"><Button type="submit" busy={submit.busy}>{has ? t("acc.pw.go") : t("acc.pw.set")}</Button></div>
      </form>
    </section>
  );
}
