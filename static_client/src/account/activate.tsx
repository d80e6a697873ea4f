// /activate: surname, name, primary e-mail, two squares, the button that sends the link (E2-28, E0-14 to E0-18); then
// waiting until the link was opened, on whatever device.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { loadUser, toSignIn } from "../portal/account";
import { sentence } from "../portal/errors";
import { LoadFailed } from "../portal/load_failed";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Checkbox, Field, TextInput } from "../ui/field";
import { Icon } from "../ui/icon";
import { Page } from "../ui/page";
import { toast } from "../ui/toast";
import "./account.css";
import { LegalText } from "./legal_text";
import type { Activation } from "./types";
import { useSubmit } from "./use";

const LOOK_MS = 4000;

export default function Activate() {
  const [facts, setFacts] = useState<Activation | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [again, setAgain] = useState(false);
  const load = () => {
    setError(null);
    loadUser()
      .then((who) => {
        if (who === null) toSignIn();
        else if (who.must.length === 0) navigate("/home", { replace: true });
        else return api<Activation>("GET", "/api/account/activation").then(setFacts);
        return undefined;
      })
      .catch((cause: unknown) => setError(sentence(cause)));
  };
  useEffect(load, []);
  const done = async (next: Activation) => {
    if (next.state === "active") await finish();
    else setFacts(next);
    setAgain(false);
  };
  return (
    <Page title={t("acc.activate.title")}>
      {error !== null ? <LoadFailed text={t("acc.load_failed")} detail={error} retry={load} />
        : facts === null ? <PageSpinner />
        : facts.must.includes("accept_terms") || again ? <Form facts={facts} done={done} />
        : <Waiting facts={facts} other={() => setAgain(true)} />}
    </Page>
  );
}

async function finish(): Promise<void> {
  await loadUser();
  toast({ text: t("acc.activate.done"), kind: "good" });
  navigate("/home", { replace: true });
}

function Form({ facts, done }: { facts: Activation; done: (next: Activation) => Promise<void> }) {
  const [surname, setSurname] = useState(facts.surname);
  const [given, setGiven] = useState(facts.given_name);
  const [email, setEmail] = useState(facts.email ?? "");
  const [terms, setTerms] = useState(false);
  const [privacy, setPrivacy] = useState(false);
  const [tried, setTried] = useState(false);
  const [emailError, setEmailError] = useState<string | null>(null);
  const surnameRef = useRef<HTMLInputElement>(null);
  const emailRef = useRef<HTMLInputElement>(null);
  const submit = useSubmit();
  const refuse = (cause: unknown): never => {
    const ofEmail = cause instanceof ApiError && (["email_taken", "not_invited"].includes(cause.code) || cause.message.startsWith("email:"));
    if (ofEmail) {
      setEmailError(cause.code === "bad_request" ? t("acc.email_bad") : sentence(cause));
      emailRef.current?.focus();
      submit.clear();
    }
    throw cause;
  };
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    setEmailError(null);
    if (surname.trim() === "") return surnameRef.current?.focus();
    if (email.trim() === "") return emailRef.current?.focus();
    if (!terms || !privacy) return;
    const names = facts.names_fixed ? {} : { surname, ...(given.trim() === "" ? {} : { given_name: given }) };
    const address = facts.email_confirmed ? {} : { email };
    void submit.run(async () => done(await api<Activation>("POST", "/api/account/activate", { ...names, ...address, terms, privacy }).catch(refuse)));
  };
  return (
    <div class="account-narrow account-wide">
      <h1>{t("acc.activate.title")}</h1>
      <Banner kind="warn" icon="info" title={t("acc.activate.box_title")}>{facts.email_confirmed ? t("acc.activate.box_known") : t("acc.activate.box")}</Banner>
      <form class="ui-card" noValidate onSubmit={send}>
        <div class="ui-fields account-names">
          <Field label={t("acc.who.surname")} error={tried && surname.trim() === "" ? t("acc.missing") : null}>
            <TextInput value={surname} onInput={setSurname} inputRef={surnameRef} readOnly={facts.names_fixed} autoComplete="family-name" maxLength={60} />
          </Field>
          <Field label={t("acc.who.given_name")}>
            <TextInput value={given} onInput={setGiven} readOnly={facts.names_fixed} autoComplete="given-name" maxLength={60} />
          </Field>
        </div>
        {facts.names_fixed && <p class="ui-muted ui-small account-names-hint">{t("acc.activate.names_hint")}</p>}
        <Field label={t("acc.activate.email")} error={emailError ?? (tried && email.trim() === "" ? t("acc.missing") : null)}>
          <TextInput type="email" value={email} onInput={(value) => {
            setEmail(value);
            setEmailError(null);
          }} inputRef={emailRef} readOnly={facts.email_confirmed} autoComplete="email" autoCapitalize="off" spellcheck={false} maxLength={254} />
        </Field>
        <div class="ui-stack">
          <div class="account-tick"><Checkbox label={t("acc.activate.terms")} checked={terms} onChange={setTerms} /><LegalText name="terms" label={t("acc.activate.read_terms")} /></div>
          <div class="account-tick"><Checkbox label={t("acc.activate.privacy")} checked={privacy} onChange={setPrivacy} /><LegalText name="privacy" label={t("acc.activate.read_privacy")} /></div>
          <div role="alert">{tried && (!terms || !privacy) && <span class="ui-field-error"><Icon name="error" size={16} />{t("acc.activate.tick_both")}</span>}</div>
        </div>
        {submit.error !== null && emailError === null && <Banner kind="bad">{submit.error}</Banner>}
        <Button type="submit" variant="primary" full busy={submit.busy} icon={facts.email_confirmed ? undefined : "send"}>{facts.email_confirmed ? t("acc.activate.ok") : t("acc.activate.send")}</Button>
      </form>
    </div>
  );
}

function Waiting({ facts, other }: { facts: Activation; other: () => void }) {
  const email = facts.email ?? "";
  const submit = useSubmit();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      loadUser().then((who) => {
        if (who?.must.length === 0) return finish();
        return undefined;
      }, () => undefined);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const resend = () => submit.run(async () => {
    await api("POST", "/api/account/resend", {});
    toast({ text: t("acc.activate.resent", { email }), kind: "good" });
  });
  return (
    <div class="account-narrow account-wide">
      <h1 ref={heading} tabIndex={-1}>{t("acc.activate.sent_title")}</h1>
      <section class="ui-card">
        <p>{t("acc.activate.sent", { email })}</p>
        <p class="ui-muted">{t("acc.activate.spam")}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <div class="account-choice">
          <Button onClick={other}>{t("acc.activate.other")}</Button>
          <Button icon="refresh" busy={submit.busy} onClick={() => void resend()}>{t("acc.activate.resend")}</Button>
        </div>
      </section>
      <Banner action={<Button size="small" href="/account#role">{t("acc.role.title")}</Button>}>{t("acc.activate.role")}</Banner>
    </div>
  );
}
