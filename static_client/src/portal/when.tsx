// When a conference is: the viewer's time, and the organiser's beside it where it differs.
import { formatDateTime, formatDateTimeIn, formatTime, t, viewerZone, zoneLabel } from "../i18n";
import "./when.css";

interface Times { starts_at: number; ends_at: number; time_zone: string }

export function When({ starts_at: starts, ends_at: ends, time_zone: zone }: Times) {
  const theirs = formatDateTimeIn(starts, zone);
  const sameDay = new Date(starts).toDateString() === new Date(ends).toDateString();
  return (
    <span class="portal-when">
      <span class="ui-num"><time dateTime={new Date(starts).toISOString()}>{formatDateTime(starts)}</time> – <time dateTime={new Date(ends).toISOString()}>{sameDay ? formatTime(ends) : formatDateTime(ends)}</time></span>
      {theirs !== formatDateTimeIn(starts, viewerZone()) && <span class="ui-small ui-muted">{t("when.organiser", { when: theirs, zone: zoneLabel(zone) })}</span>}
    </span>
  );
}
