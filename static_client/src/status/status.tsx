// One page for each way in which joining, meeting or playing can end: what happened, and the next step.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { maybe, t } from "../i18n";
import { Button } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { Page } from "../ui/page";
import "./status.css";
import { waitText } from "./wait";

export type StatusCode =
  | "left" | "kicked" | "banned" | "ended" | "expired" | "full" | "locked" | "refused" | "cancelled" | "postponed" | "not_open_yet" | "limit" | "empty" | "wrong_link" | "wrong_pin" | "too_many_tries"
  | "replaced" | "token_expired" | "token_invalid" | "protocol_error" | "unsupported" | "network" | "internal"
  | "not_found" | "link_used" | "link_expired" | "play_expired" | "play_gone" | "play_unsupported";

type Step = "rejoin" | "retry" | "here" | "pin" | "home" | "organiser";
interface Look { icon: IconName; tone: "calm" | "warn" | "bad"; steps: readonly Step[] }

/** Icon, tone and next steps; the first step is the one most people want. */
export const looks: Readonly<Record<StatusCode, Look>> = {
  left: { icon: "door", tone: "calm", steps: ["rejoin", "home"] },
  kicked: { icon: "remove", tone: "warn", steps: ["home"] },
  banned: { icon: "ban", tone: "warn", steps: ["home"] },
  ended: { icon: "check", tone: "calm", steps: ["home"] },
  expired: { icon: "clock", tone: "calm", steps: ["home"] },
  full: { icon: "people", tone: "warn", steps: ["retry", "home"] },
  locked: { icon: "lock", tone: "warn", steps: ["retry", "home"] },
  refused: { icon: "ban", tone: "warn", steps: ["home"] },
  cancelled: { icon: "calendar", tone: "calm", steps: ["home"] },
  postponed: { icon: "calendar", tone: "calm", steps: ["retry", "home"] },
  not_open_yet: { icon: "clock", tone: "calm", steps: ["retry", "home"] },
  limit: { icon: "clock", tone: "calm", steps: ["rejoin", "home"] },
  empty: { icon: "clock", tone: "calm", steps: ["rejoin", "home"] },
  wrong_link: { icon: "link", tone: "warn", steps: ["pin", "home"] },
  wrong_pin: { icon: "key", tone: "warn", steps: ["pin", "home"] },
  too_many_tries: { icon: "clock", tone: "warn", steps: ["retry", "home"] },
  replaced: { icon: "external", tone: "calm", steps: ["here", "home"] },
  token_expired: { icon: "clock", tone: "calm", steps: ["rejoin", "home"] },
  token_invalid: { icon: "key", tone: "calm", steps: ["rejoin", "home"] },
  protocol_error: { icon: "warning", tone: "bad", steps: ["rejoin", "home"] },
  unsupported: { icon: "camera-off", tone: "warn", steps: ["home"] },
  network: { icon: "wifi-off", tone: "bad", steps: ["retry", "home"] },
  internal: { icon: "error", tone: "bad", steps: ["retry", "home"] },
  not_found: { icon: "search", tone: "calm", steps: ["home"] },
  link_used: { icon: "key", tone: "warn", steps: ["organiser", "home"] },
  link_expired: { icon: "clock", tone: "warn", steps: ["home"] },
  play_expired: { icon: "clock", tone: "warn", steps: ["organiser", "home"] },
  play_gone: { icon: "trash", tone: "calm", steps: ["organiser", "home"] },
  play_unsupported: { icon: "film", tone: "warn", steps: ["home"] },
};

export interface StatusProps {
  code: StatusCode;
  /** Title of the conference. */
  title?: string | undefined;
  /** Who did it, where that is known (kicked, banned). */
  actorName?: string | null | undefined;
  retry?: (() => void) | undefined;
  retryAfterS?: number | null | undefined;
  /** Where "join again" leads when there is no `retry`. */
  backTo?: string | undefined;
  children?: ComponentChildren;
}

export function StatusPage({ code, title, actorName, retry, retryAfterS, backTo, children }: StatusProps) {
  const look = looks[code];
  const heading = useRef<HTMLHeadingElement>(null);
  const left = useCountdown(retryAfterS ?? 0);
  useEffect(() => heading.current?.focus(), [code]);
  const name = t(`status.${code}.title`);
  const by = actorName ? maybe(`status.${code}.text_by`, { name: actorName }) : null;
  const account = backTo === "/home"; // came in from the own list: it is the way on, and holds what is to come
  const next = account && code === "ended" ? null : maybe(`status.${code}.next`);
  const steps = look.steps.map((step) => (account && step === "home" ? "organiser" : step)).filter((step) => (step === "retry" || step === "here" ? retry !== undefined : step === "rejoin" ? (retry ?? backTo) !== undefined : true));
  return (
    <Page title={name}>
      <div class={`status status-${look.tone}`}>
        <span class="status-art"><Icon name={look.icon} size={44} /></span>
        {title !== undefined && <p class="status-conference">{t("status.conference", { title })}</p>}
        <h1 ref={heading} tabIndex={-1}>{name}</h1>
        <p class="status-text">{by ?? t(`status.${code}.text`)}</p>
        {next !== null && <p class="status-next">{next}</p>}
        {left > 0 && <p class="status-wait ui-num" role="timer">{waitText("status.wait", left)}</p>}
        {children}
        <div class="status-steps">
          {steps.map((step, i) => <StepButton key={step} step={step} first={i === 0} retry={retry} backTo={backTo} waiting={left > 0} />)}
        </div>
      </div>
    </Page>
  );
}

function StepButton({ step, first, retry, backTo, waiting }: { step: Step; first: boolean; retry: (() => void) | undefined; backTo: string | undefined; waiting: boolean }) {
  const variant = first ? "primary" : "plain";
  if (step === "home") return <Button variant={variant} href="/">{t("status.home")}</Button>;
  if (step === "pin") return <Button variant={variant} href="/pin" icon="key">{t("status.other_details")}</Button>;
  if (step === "organiser") return <Button variant={variant} href="/home">{t("status.to_home")}</Button>;
  const label = step === "rejoin" ? t("status.rejoin") : step === "here" ? t("status.here") : t("status.retry");
  if (retry === undefined) return <Button variant={variant} href={backTo} icon="refresh">{label}</Button>;
  return <Button variant={variant} icon="refresh" disabled={waiting} onClick={retry}>{label}</Button>;
}

/** Seconds left, counting down from when the page was shown. */
function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    const end = Date.now() + seconds * 1000;
    setLeft(Math.ceil(seconds));
    if (seconds <= 0) return;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      setLeft(now);
      if (now === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}
