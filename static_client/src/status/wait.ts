// How long it is until another try.
import { formatDateTime, t } from "../i18n";

/** Beyond this nobody counts seconds: the time of day is told. */
const LONG_S = 15 * 60;

export function waitText(what: "join.wait" | "status.wait", leftS: number): string {
  return leftS > LONG_S ? t(`${what}_until`, { time: formatDateTime(Date.now() + 1000 * leftS) }) : t(what, { count: leftS });
}
