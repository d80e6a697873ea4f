// What the conference form accepts. Pure; the server checks again, and its refusals of dates name the field.
import { t } from "../i18n";
import { datesOf, type Dates } from "./date_fields";
import type { ConferenceFields, Kind, SessionDate } from "./types";

export interface FormValues extends Omit<ConferenceFields, "max_participants" | "starts_at" | "ends_at" | "sessions" | "time_zone" | "opens_before_min"> {
  max_participants: string;
  opens_before_min: string;
  dates: Dates;
  sessions: Dates[];
}

export interface FieldErrors {
  title?: string;
  max_participants?: string;
  opens_before_min?: string;
  starts_at?: string;
  ends_at?: string;
  sessions?: string;
}

export const MOST: Readonly<Record<Kind, number>> = { instant: 1000, scheduled: 1000, reservation: 30 };
export const USUAL: Readonly<Record<Kind, number>> = { instant: 300, scheduled: 300, reservation: 30 };

export function checkFields(values: FormValues): { fields: ConferenceFields | null; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const title = values.title.trim();
  if (title === "") errors.title = t("form.title_missing");
  else if ([...title].length > 120) errors.title = t("form.title_long");
  const most = MOST[values.kind];
  const max = whole(values.max_participants);
  if (!(max >= 2 && max <= most)) errors.max_participants = t("form.max_bad", { most });
  const early = whole(values.opens_before_min);
  if (!(early >= 0 && early <= 60)) errors.opens_before_min = t("form.opens_bad");
  const dates = values.kind === "instant" ? { starts_at: null, ends_at: null } : datesOf(values.dates);
  if (dates === null) errors.starts_at = t("dates.missing");
  else if (dates.starts_at !== null && dates.ends_at <= dates.starts_at) errors.ends_at = t("dates.backwards");
  const sessions = values.kind === "reservation" ? values.sessions.map(datesOf) : [];
  if (sessions.some((one) => one === null || one.ends_at <= one.starts_at)) errors.sessions = t("form.sessions_bad");
  if (dates === null || Object.keys(errors).length > 0) return { fields: null, errors };
  const { dates: _, ...rest } = values;
  return {
    errors,
    fields: {
      ...rest, title, description: values.description.trim(), max_participants: max, opens_before_min: early,
      ...dates, time_zone: values.dates.zone, sessions: sessions.filter((one): one is SessionDate => one !== null),
    },
  };
}

const whole = (text: string): number => (/^\s*\d{1,4}\s*$/.test(text) ? Number(text) : Number.NaN);
