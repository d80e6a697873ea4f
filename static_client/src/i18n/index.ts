// The catalogue's reader: `t(key, params)`, with keys and placeholder names checked by the compiler, and the formats of
// dates, durations, sizes and lists in the page's language. No other module holds text for people.
import { en } from "./en";

type Plural = { readonly other: string; readonly one?: string; readonly few?: string; readonly many?: string; readonly two?: string; readonly zero?: string };
type Catalogue = Readonly<Record<string, string | Plural>>;
type English = typeof en;

export type Key = keyof English;
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesOf<E> = E extends string ? Names<E> : E extends { readonly other: infer O } ? Names<O> | "count" : never;
export type ParamsOf<K extends Key> = { readonly [N in NamesOf<English[K]>]: string | number };
type Arguments<K extends Key> = [NamesOf<English[K]>] extends [never] ? [] : [params: ParamsOf<K>];

let catalogue: Catalogue = en;
let locale = "en-GB";
let plurals = new Intl.PluralRules(locale);

/** Another language: the same keys; missing ones stay English. */
export function setLanguage(tag: string, texts: Catalogue): void {
  catalogue = { ...en, ...texts };
  locale = tag;
  plurals = new Intl.PluralRules(tag);
  document.documentElement.lang = tag;
}

export function t<K extends Key>(key: K, ...[params]: Arguments<K>): string {
  return text(key, params as Readonly<Record<string, string | number>> | undefined);
}

/** For keys that are put together at run time, such as error codes: the text, or null when there is none. */
export function maybe(key: string, params?: Readonly<Record<string, string | number>>): string | null {
  return Object.hasOwn(catalogue, key) ? text(key, params) : null;
}

function text(key: string, params: Readonly<Record<string, string | number>> | undefined): string {
  const entry = catalogue[key];
  if (entry === undefined) return key;
  const form = typeof entry === "string" ? entry : (entry[plurals.select(Number(params?.["count"] ?? 0))] ?? entry.other);
  if (params === undefined) return form;
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === "number" ? value.toLocaleString(locale) : value;
  });
}

export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(ms);
}

export function formatDate(ms: number): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" }).format(ms);
}

export function formatDateTime(ms: number): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(ms);
}

/** Date and time in a zone that need not be the viewer's, such as "Europe/Athens". */
export function formatDateTimeIn(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone }).format(ms);
}

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** m:ss, or h:mm:ss from an hour on. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A duration in words, for screen readers and lists: "1 hr 4 min", "12 sec". */
export function formatSpan(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const unit = (value: number, name: "hour" | "minute" | "second") => new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  if (h > 0) return m > 0 ? `${unit(h, "hour")} ${unit(m, "minute")}` : unit(h, "hour");
  if (m > 0) return s > 0 && m < 10 ? `${unit(m, "minute")} ${unit(s, "second")}` : unit(m, "minute");
  return unit(s, "second");
}

export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return new Intl.NumberFormat(locale, { style: "unit", unit: units[at] ?? "byte", unitDisplay: "short", maximumFractionDigits: value < 10 && at > 0 ? 1 : 0 }).format(value);
}

export function formatNumber(value: number): string {
  return value.toLocaleString(locale);
}

export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
}

/** Digits in groups of three, easier to read out and to type. */
export function spaced(digits: string): string {
  return digits.replace(/(\d{3})(?=\d)/g, "$1\u00a0");
}
