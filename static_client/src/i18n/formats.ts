// Dates, zones, durations, sizes, numbers and lists as they are written in the language that is shown.
import { current } from "./current";

const locale = (): string => current.value.locale;

const DAY_MS = 86_400_000;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DATE = { day: "numeric", month: "long", year: "numeric" } as const;
const DATE_TIME = { day: "numeric", month: "short", year: "numeric", ...TIME } as const;

export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat(locale(), TIME).format(ms);
}

export function formatDate(ms: number): string {
  return new Intl.DateTimeFormat(locale(), DATE).format(ms);
}

export function formatDateTime(ms: number): string {
  return new Intl.DateTimeFormat(locale(), DATE_TIME).format(ms);
}

/** Date and time in a zone that need not be the viewer's, such as "Europe/Athens". An unknown zone counts as UTC. */
export function formatDateTimeIn(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat(locale(), { ...DATE_TIME, timeZone: known(timeZone) }).format(ms);
}

/** A zone in words: "Eastern European Time". `ms` decides between summer and winter where only that has a name. */
export function zoneName(timeZone: string, ms: number = Date.now()): string {
  const named = (timeZoneName: "longGeneric" | "long") =>
    new Intl.DateTimeFormat(locale(), { timeZone: known(timeZone), timeZoneName }).formatToParts(ms).find((part) => part.type === "timeZoneName")?.value;
  return named("longGeneric") ?? named("long") ?? timeZone;
}

function known(timeZone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return timeZone;
  } catch {
    return "UTC";
  }
}

/** A zone's name to be read: "Africa/Dar es Salaam". Its value keeps the underscores. */
export const zoneLabel = (timeZone: string): string => timeZone.replaceAll("_", " ");

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** m:ss, or h:mm:ss from an hour on. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The same where days may be left: "2 days 5:04:09". */
export function formatCountdown(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  return days > 0 ? `${unit(days, "day", "long")} ${formatDuration(ms % DAY_MS).padStart("h:mm:ss".length, "0:00:")}` : formatDuration(ms);
}

/** A duration in words, for screen readers and lists: "1 hr 4 min", "12 sec", "14 days". */
export function formatSpan(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  if (h >= 48) return h % 24 > 0 ? `${unit(Math.floor(h / 24), "day", "long")} ${unit(h % 24, "hour")}` : unit(h / 24, "day", "long");
  if (h > 0) return m > 0 ? `${unit(h, "hour")} ${unit(m, "minute")}` : unit(h, "hour");
  if (m > 0) return s > 0 && m < 10 ? `${unit(m, "minute")} ${unit(s, "second")}` : unit(m, "minute");
  return unit(s, "second");
}

function unit(value: number, name: "day" | "hour" | "minute" | "second", display: "short" | "long" = "short"): string {
  return new Intl.NumberFormat(locale(), { style: "unit", unit: name, unitDisplay: display }).format(value);
}

export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return new Intl.NumberFormat(locale(), { style: "unit", unit: units[at] ?? "byte", unitDisplay: "short", maximumFractionDigits: value < 10 && at > 0 ? 1 : 0 }).format(value);
}

export function formatNumber(value: number): string {
  return value.toLocaleString(locale());
}

export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
}

/** Digits in groups of three, easier to read out and to type. */
export function spaced(digits: string): string {
  return digits.replace(/(\d{3})(?=\d)/g, "$1\u00a0");
}
