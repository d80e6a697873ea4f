// What the conference form accepts. Pure; the server checks again.
import { t } from "../i18n";
import type { ConferenceFields } from "./types";

export type FormValues = Omit<ConferenceFields, "max_participants"> & { max_participants: string };
export type FieldErrors = { title?: string; max_participants?: string };

export function checkFields(values: FormValues): { fields: ConferenceFields | null; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const title = values.title.trim();
  if (title === "") errors.title = t("form.title_missing");
  else if ([...title].length > 200) errors.title = t("form.title_long");
  const max = /^\s*\d{1,4}\s*$/.test(values.max_participants) ? Number(values.max_participants) : Number.NaN;
  if (!(max >= 2 && max <= 1000)) errors.max_participants = t("form.max_bad");
  if (errors.title !== undefined || errors.max_participants !== undefined) return { fields: null, errors };
  return { fields: { ...values, title, description: values.description.trim(), max_participants: max }, errors };
}
