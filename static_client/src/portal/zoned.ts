// Dates and times as people type them, in a zone that need not be the viewer's. Pure; the zone data are the browser's.
import { zoneLabel } from "../i18n";

/** The zone's offset from UTC at a moment, in ms; its wall clock is `ms + offset`. */
function offsetAt(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(ms);
  const value = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? "0");
  return Date.UTC(value("year"), value("month") - 1, value("day"), value("hour"), value("minute"), value("second")) - Math.floor(ms / 1000) * 1000;
}

/** `2026-03-29`, `03:30` in a zone as Unix ms. A time that the clocks skip is taken an hour later; one that comes twice is the first. Null: no date. */
export function toMs(date: string, time: string, zone: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const clock = /^(\d{2}):(\d{2})$/.exec(time);
  if (found === null || clock === null) return null;
  const wall = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]), Number(clock[1]), Number(clock[2]));
  if (Number.isNaN(wall)) return null;
  const before = wall - offsetAt(wall - 86_400_000, zone);
  const after = wall - offsetAt(wall + 86_400_000, zone);
  if (before + offsetAt(before, zone) === wall) return before;
  return after + offsetAt(after, zone) === wall ? after : before;
}

export interface Wall {
  date: string;
  time: string;
}

/** A moment as the wall clock of a zone shows it. */
export function toWall(ms: number, zone: string): Wall {
  const text = new Date(ms + offsetAt(ms, zone)).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

const QUARTER_MS = 15 * 60_000;
export const nextQuarter = (ms: number): number => Math.ceil(ms / QUARTER_MS) * QUARTER_MS;

/** 00:00, 00:15, … 23:45. */
export const quarters: readonly string[] = Array.from({ length: 96 }, (_, i) => `${String(Math.floor(i / 4)).padStart(2, "0")}:${String((i % 4) * 15).padStart(2, "0")}`);

/** Every zone to choose from, by its name; `own` stands first ("" is none). Browsers list no "UTC" among theirs. */
export function zoneOptions(own: string): { value: string; label: string }[] {
  const names = new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")]);
  names.delete("");
  return [...names].map((value) => ({ value, label: zoneLabel(value) }));
}
