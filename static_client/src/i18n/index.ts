// The catalogue's reader: `t(key, params)`, with keys and placeholder names checked by the compiler, and everything else
// that pages need of a language. No other module holds text for people.
import { current } from "./current";
import type { Arguments, Key } from "./types";

export { formatBytes, formatCountdown, formatDate, formatDateTime, formatDateTimeIn, formatDuration, formatList, formatNumber, formatSpan, formatTime, spaced, viewerZone, zoneLabel, zoneName } from "./formats";
export { chooseLanguage, language, LANGUAGES } from "./languages";
export type { Key, Language, ParamsOf } from "./types";

type Params = Readonly<Record<string, string | number>>;

export function t<K extends Key>(key: K, ...[params]: Arguments<K>): string {
  return text(key, params as Params | undefined);
}

/** For keys that are put together at run time, such as error codes: the text, or null when there is none. */
export function maybe(key: string, params?: Params): string | null {
  return Object.hasOwn(current.value.texts, key) ? text(key, params) : null;
}

function text(key: string, params: Params | undefined): string {
  const { texts, plurals, locale } = current.value;
  const entry = texts[key];
  if (entry === undefined) return key;
  const form = typeof entry === "string" ? entry : (entry[plurals.select(Number(params?.["count"] ?? 0))] ?? entry.other);
  if (params === undefined) return form;
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === "number" ? value.toLocaleString(locale) : value;
  });
}
