// Start, end and time zone of a conference, as fields.
import { useMemo, useState } from "preact/hooks";
import { formatDateTime, formatSpan, t, viewerZone } from "../i18n";
import { Field, Select, TextInput } from "../ui/field";
import { nextQuarter, quarters, toMs, toWall, zoneOptions, type Wall } from "./zoned";

export interface Dates { start: Wall; end: Wall; zone: string }

const LEAD_MS = 5 * 60_000;

/** `starts` null: the next quarter hour (E2-102), or an hour from now where a lead is asked for. */
export function firstDates(starts: number | null, length: number, zone: string, lead = LEAD_MS): Dates {
  const from = starts ?? nextQuarter(Date.now() + lead);
  return { start: toWall(from, zone), end: toWall(from + length, zone), zone };
}

export function useDates(starts: number | null, length: number, zone: string): [Dates, (dates: Dates) => void] {
  return useState(() => firstDates(starts, length, zone));
}

/** What the server is told; null while something is missing. */
export function datesOf({ start, end, zone }: Dates): { starts_at: number; ends_at: number } | null {
  const starts_at = toMs(start.date, start.time, zone);
  const ends_at = toMs(end.date, end.time, zone);
  return starts_at === null || ends_at === null ? null : { starts_at, ends_at };
}

interface Props {
  dates: Dates;
  onChange: (dates: Dates) => void;
  /** Times lie on quarter hours (E2-112). */
  quarter: boolean;
  errors?: { starts_at?: string | undefined; ends_at?: string | undefined };
}

export function DateFields({ dates, onChange, quarter, errors = {} }: Props) {
  const zones = useMemo(() => zoneOptions(viewerZone()), []);
  const given = datesOf(dates);
  const length = given === null ? 0 : given.ends_at - given.starts_at;
  // The end follows the start, as in every calendar.
  const moveStart = (start: Wall) => {
    const before = datesOf(dates);
    const starts = toMs(start.date, start.time, dates.zone);
    onChange({ ...dates, start, end: before === null || starts === null ? dates.end : toWall(starts + before.ends_at - before.starts_at, dates.zone) });
  };
  const moveZone = (zone: string) => onChange({ ...dates, zone });
  return (
    <div class="portal-dates">
      <Moment legend={t("dates.start")} wall={dates.start} onChange={moveStart} quarter={quarter} error={errors.starts_at} />
      <Moment legend={t("dates.end")} wall={dates.end} onChange={(end) => onChange({ ...dates, end })} quarter={quarter} error={errors.ends_at} />
      <Select label={t("dates.zone")} value={dates.zone} options={zones} onChange={moveZone} />
      <p class="ui-small ui-muted portal-dates-sum" role="status">
        {length > 0 && t("dates.length", { length: formatSpan(length) })}
        {given !== null && dates.zone !== viewerZone() && ` · ${t("dates.for_you", { when: formatDateTime(given.starts_at) })}`}
      </p>
    </div>
  );
}

interface MomentProps { legend: string; wall: Wall; onChange: (wall: Wall) => void; quarter: boolean; error?: string | undefined }

function Moment({ legend, wall, onChange, quarter, error }: MomentProps) {
  const times = quarters.includes(wall.time) || wall.time === "" ? quarters : [wall.time, ...quarters].toSorted();
  return (
    <fieldset class="portal-moment">
      <legend class="ui-field-label">{legend}</legend>
      <div class="ui-row">
        <Field label={t("dates.date")} error={error} class="ui-grow"><TextInput type="date" value={wall.date} required onInput={(date) => onChange({ ...wall, date })} /></Field>
        {quarter
          ? <Select label={t("dates.time")} value={wall.time} options={times.map((time) => ({ value: time, label: time }))} onChange={(time) => onChange({ ...wall, time })} />
          : <Field label={t("dates.time")}><TextInput type="time" value={wall.time} required onInput={(time) => onChange({ ...wall, time })} /></Field>}
      </div>
    </fieldset>
  );
}
