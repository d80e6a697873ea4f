// The conference is not open yet (E0-32): when it starts, in the viewer's zone and the organiser's, and a countdown. The
// pre-join page shows it, so that everything is ready when the door opens.

import { useEffect } from "preact/hooks";
import { formatCountdown, formatDateTime, formatDateTimeIn, formatTime, t, viewerZone, zoneLabel } from "../i18n";
import { Checkbox } from "../ui/field";
import { Icon } from "../ui/icon";
import { useNow } from "./hooks";

export interface Opening {
  opensAt: number;
  startsAt: number;
  /** The organiser's. */
  zone: string;
  /** The server's clock minus ours. */
  offset: number;
}

/** ms until the door opens, by the server's clock; 0: it is open. `onOpen` once when it does. */
export function useOpening(opening: Opening | null, onOpen: () => void): number {
  const now = useNow(opening !== null, 250);
  const left = opening === null ? 0 : Math.max(0, opening.opensAt - (now + opening.offset));
  const open = left === 0;
  useEffect(() => {
    if (opening !== null && open) onOpen();
  }, [opening !== null && open]);
  return left;
}

export interface CountdownProps {
  title: string;
  opening: Opening;
  left: number;
  /** Go in by itself at that moment? */
  byItself: boolean;
  onByItself: (value: boolean) => void;
}

export function Countdown({ title, opening, left, byItself, onByItself }: CountdownProps) {
  const theirs = formatDateTimeIn(opening.startsAt, opening.zone);
  const mine = viewerZone();
  return (
    <section class="prejoin-opening" data-testid="early" aria-labelledby="prejoin-opening">
      <p class="prejoin-opening-head"><Icon name="clock" /><strong id="prejoin-opening">{t("early.title", { title })}</strong></p>
      <p class="prejoin-opening-left ui-num" role="timer" aria-label={t("early.left")}>{formatCountdown(Math.ceil(left / 1000) * 1000)}</p>
      <p>{t("early.starts", { when: formatDateTime(opening.startsAt) })} {t("early.opens_in", { time: formatTime(opening.opensAt) })}.</p>
      {opening.zone !== mine && formatDateTimeIn(opening.startsAt, mine) !== theirs && (
        <p class="ui-small">{t("early.organiser_zone", { zone: zoneLabel(opening.zone), when: theirs })}</p>
      )}
      <Checkbox label={t("opening.by_itself")} hint={byItself ? t("early.wait") : undefined} checked={byItself} onChange={onByItself} />
    </section>
  );
}
