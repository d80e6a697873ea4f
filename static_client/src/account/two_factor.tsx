// Two-factor authentication: a state badge and the advice to turn it on (E2-65), a QR code and a code to type (E2-66),
// ten recovery codes, turning it off.
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { formatDate, t } from "../i18n";
import { loadUser } from "../portal/account";
import { LoadFailed } from "../portal/load_failed";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Badge, Banner, CopyButton, CopyField, PageSpinner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import type { TwoFactor } from "./types";
import { useLoaded, useSubmit } from "./use";

interface Started { secret: string; uri: string; qr_svg: string }
type Asking = "disable" | "renew" | null;

export function TwoFactorSection() {
  const state = useLoaded<TwoFactor>("/api/account/two-factor");
  const [started, setStarted] = useState<Started | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const submit = useSubmit();
  const found = state.value;
  if (state.error !== null) return <LoadFailed text={t("acc.load_failed")} detail={state.error} retry={state.reload} />;
  if (found === null) return <PageSpinner />;
  const start = () => submit.run(async () => setStarted(await api<Started>("POST", "/api/account/two-factor/start", {})));
  const changed = (fresh: string[] | null) => {
    setStarted(null);
    setAsking(null);
    setCodes(fresh);
    state.reload();
    void loadUser().catch(() => undefined);
  };
  return (
    <section class="account-section ui-card">
      <div class="account-section-head">
        <h2>{t("acc.twofa.title")}</h2>
        <Badge kind={found.enabled ? "good" : "bad"} icon={found.enabled ? "shield-check" : "shield"}>{found.enabled ? t("acc.twofa.on") : t("acc.twofa.off")}</Badge>
      </div>
      {found.enabled ? (
        <>
          <p>{found.since !== null && t("acc.twofa.since", { date: formatDate(found.since) })} {t("acc.twofa.left", { count: found.recovery_codes_left })}</p>
          <div class="ui-row">
            <Button icon="key" onClick={() => setAsking("renew")}>{t("acc.twofa.renew")}</Button>
            <Button variant="danger-quiet" onClick={() => setAsking("disable")}>{t("acc.twofa.disable")}</Button>
          </div>
        </>
      ) : started === null ? (
        <>
          <p>{t("acc.twofa.recommend")}</p>
          {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
          <div class="ui-row"><Button variant="primary" icon="shield" busy={submit.busy} onClick={() => void start()}>{t("acc.twofa.start")}</Button></div>
        </>
      ) : <Enable started={started} done={changed} cancel={() => setStarted(null)} />}
      {asking !== null && <Ask what={asking} done={changed} onClose={() => setAsking(null)} />}
      {codes !== null && <Codes codes={codes} onClose={() => setCodes(null)} />}
    </section>
  );
}

function Enable({ started, done, cancel }: { started: Started; done: (codes: string[]) => void; cancel: () => void }) {
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
      const answer = await api<{ recovery_codes: string[] }>("POST", "/api/account/two-factor/enable", { code });
      toast({ text: t("acc.twofa.enabled"), kind: "good" });
      done(answer.recovery_codes);
    });
  };
  return (
    <div class="account-setup">
      <img class="account-qr" src={`data:image/svg+xml,${encodeURIComponent(started.qr_svg)}`} alt={t("acc.twofa.qr")} width={208} height={208} />
      <form class="ui-stack" noValidate onSubmit={send}>
        <p>{t("acc.twofa.scan")}</p>
        <CopyField label={t("acc.twofa.secret")} value={started.secret} shown={started.secret.replace(/(.{4})(?=.)/g, "$1 ")} />
        <Field label={t("acc.twofa.code")} error={tried && code.trim() === "" ? t("acc.missing") : null}>
          <TextInput big value={code} onInput={setCode} inputRef={field} inputMode="numeric" autoComplete="one-time-code" maxLength={12} />
        </Field>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <div class="ui-row">
          <Button type="submit" variant="primary" busy={submit.busy}>{t("acc.twofa.enable")}</Button>
          <Button onClick={cancel}>{t("ui.cancel")}</Button>
        </div>
      </form>
    </div>
  );
}

function Ask({ what, done, onClose }: { what: "disable" | "renew"; done: (codes: string[] | null) => void; onClose: () => void }) {
  const [code, setCode] = useState("");
  const submit = useSubmit();
  const field = useRef<HTMLInputElement>(null);
  const send = (event: Event) => {
    event.preventDefault();
    if (code.trim() === "") return field.current?.focus();
    void submit.run(async () => {
      if (what === "disable") {
        await api("POST", "/api/account/two-factor/disable", { code });
        toast({ text: t("acc.twofa.disabled") });
        done(null);
      } else done((await api<{ recovery_codes: string[] }>("POST", "/api/account/two-factor/recovery-codes", { code })).recovery_codes);
    });
  };
  return (
    <Dialog open size="small" title={t(`acc.twofa.${what}_title`)} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button type="submit" form="two-factor-code" variant={what === "disable" ? "danger" : "primary"} busy={submit.busy}>{t(`acc.twofa.${what}`)}</Button>
      </>
    }>
      <form class="ui-stack" id="two-factor-code" noValidate onSubmit={send}>
        <Field label={t("acc.code.label")} hint={t(`acc.twofa.${what}_text`)}>
          <TextInput big value={code} onInput={setCode} inputRef={field} autoFocus autoComplete="one-time-code" autoCapitalize="off" spellcheck={false} maxLength={40} />
        </Field>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      </form>
    </Dialog>
  );
}

function Codes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <Dialog open title={t("acc.twofa.codes_title")} onClose={onClose} closable={false} actions={
      <>
        <CopyButton value={codes.join("\n")}>{t("acc.twofa.codes_copy")}</CopyButton>
        <Button variant="primary" onClick={onClose}>{t("acc.twofa.codes_done")}</Button>
      </>
    }>
      <div class="ui-stack">
        <p>{t("acc.twofa.codes_text")}</p>
        <ul class="account-codes" role="list">{codes.map((one) => <li key={one}>{one}</li>)}</ul>
      </div>
    </Dialog>
  );
}
