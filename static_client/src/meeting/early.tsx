// The conference is not open yet (E0-32): when it starts, in the viewer's zone and the organiser's, a countdown, and the
// way on by itself when the door opens.

import { useEffect, useRef } from "preact/hooks";
import { formatDateTime, formatDateTimeIn, formatDuration, formatTime, viewerZone } from "../i18n";
import { t } from "../i18n";
import { Icon } from "../ui/icon";
import { Page } from "../ui/page";
import "../status/status.css";
import { useNow } from "./hooks";

export interface EarlyFacts {
  title: string;
  opensAt: number;
  startsAt: number;
  zone: string;
  /** The server's clock minus ours. */
  offset: number;
}

export function EarlyPage({ facts, onOpen }: { facts: EarlyFacts; onOpen: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const left = Math.max(0, facts.opensAt - (useNow(true, 500) + facts.offset));
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (left === 0) onOpen();
  }, [left === 0]);
  const mine = viewerZone();
  const theirs = formatDateTimeIn(facts.startsAt, facts.zone);
  return (
    <Page title={t("early.page")}>
      <div class="status status-calm" data-testid="early">
        <span class="status-art"><Icon name="clock" size={44} /></span>
        <h1 ref={heading} tabIndex={-1}>{t("early.title", { title: facts.title })}</h1>
        <p class="status-text">{t("early.starts", { when: formatDateTime(facts.startsAt) })}</p>
        {facts.zone !== mine && formatDateTimeIn(facts.startsAt, mine) !== theirs && <p class="status-next">{t("early.organiser_zone", { zone: facts.zone, when: theirs })}</p>}
        <p class="status-countdown ui-num" role="timer" aria-label={t("early.left")}>{formatDuration(Math.ceil(left / 1000) * 1000)}</p>
        <p class="status-next">{t("early.opens_in", { time: formatTime(facts.opensAt) })} · {t("early.wait")}</p>
      </div>
    </Page>
  );
}
