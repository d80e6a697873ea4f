// Recordings: state, size, length, fragments, days left (S-46), play, delete, receipt.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { navigate } from "../app/router";
import { formatBytes, formatDate, formatDateTime, formatSpan, formatTime, maybe, t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Badge, EmptyState, PageSpinner } from "../ui/display";
import { Icon } from "../ui/icon";
import { toast } from "../ui/toast";
import { explained, sentence } from "./errors";
import { loadError, recordings, refresh } from "./home_data";
import { LoadFailed } from "./load_failed";
import type { Recording } from "./types";

export function RecordingList() {
  const list = recordings.value;
  if (list === null) {
    return loadError.value === null ? <PageSpinner /> : <LoadFailed text={t("recording.load_failed")} detail={loadError.value} retry={() => void refresh()} />;
  }
  if (list.length === 0) return <EmptyState icon="film" title={t("recording.empty.title")}>{t("recording.empty.text")}</EmptyState>;
  return <div class="ui-card portal-recordings"><RecordingRows recordings={list} /></div>;
}

export function RecordingRows({ recordings: list, compact }: { recordings: readonly Recording[]; compact?: boolean }) {
  return (
    <ul class={compact === true ? "portal-rows is-compact" : "portal-rows"} role="list" aria-label={t("home.tab.recordings")}>
      {list.map((one) => <Row key={one.id} recording={one} compact={compact === true} />)}
    </ul>
  );
}

function Row({ recording, compact }: { recording: Recording; compact: boolean }) {
  const [asking, setAsking] = useState(false);
  const [opening, setOpening] = useState(false);
  const { title } = recording;
  const path = `/api/recordings/${encodeURIComponent(recording.id)}`;
  const play = async () => {
    setOpening(true);
    try {
      const { url } = await api<{ url: string }>("POST", `${path}/link`, {});
      const to = new URL(url, location.origin);
      navigate(to.pathname + to.search);
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
      setOpening(false);
      void refresh();
    }
  };
  const gone = recording.state === "deleted";
  return (
    <li class={gone ? "portal-row is-gone" : "portal-row"} data-recording={recording.id}>
      <span class="portal-row-art"><Icon name={gone ? "trash" : "film"} size={22} /></span>
      <div class="ui-grow">
        <p class="portal-row-title">{compact ? formatDateTime(recording.started_at) : title}</p>
        <p class="ui-small ui-muted ui-num">{facts(recording, compact)}</p>
      </div>
      <div class="portal-row-state"><StateBadge recording={recording} /></div>
      <div class="portal-row-actions">
        {recording.state === "ready" && (
          <>
            <Button size="small" variant={compact ? "plain" : "primary"} icon="play" busy={opening} aria-label={t("recording.play_what", { title })} onClick={() => void play()}>{t("recording.play")}</Button>
            <IconButton size="small" icon="trash" label={t("recording.delete_what", { title })} tip={t("recording.delete")} onClick={() => setAsking(true)} />
          </>
        )}
      </div>
      <ConfirmDialog open={asking} title={t("recording.delete_title")} confirm={t("recording.delete_confirm")} danger onClose={() => setAsking(false)}
        onConfirm={async () => {
          await explained(api("DELETE", path, {}));
          toast({ text: t("recording.deleted_toast"), kind: "good" });
          await refresh();
        }}>
        <p>{t("recording.delete_text", { title, size: formatBytes(recording.bytes) })}</p>
      </ConfirmDialog>
    </li>
  );
}

function facts(recording: Recording, compact: boolean): string {
  if (recording.receipt !== null) {
    const { deleted_at, cause, bytes } = recording.receipt;
    const why = maybe(`recording.cause.${cause}`) ?? t("recording.cause.other", { cause });
    return t("recording.receipt", { date: formatDateTime(deleted_at), cause: why, size: formatBytes(bytes) });
  }
  const when = recording.state === "capturing" ? t("recording.live", { time: formatTime(recording.started_at) }) : compact ? null : formatDateTime(recording.started_at);
  return [
    when,
    recording.duration_ms > 0 ? formatSpan(recording.duration_ms) : null,
    recording.bytes > 0 ? formatBytes(recording.bytes) : null,
    recording.state === "ready" ? (recording.fragments > 0 ? t("recording.fragments", { count: recording.fragments }) : t("recording.whole")) : null,
  ].filter((part) => part !== null).join(" · ");
}

function StateBadge({ recording }: { recording: Recording }) {
  if (recording.state === "deleted") return <Badge>{t("recording.deleted")}</Badge>;
  if (recording.state === "capturing") return <Badge kind="rec" dot>{t("recording.capturing")}</Badge>;
  const days = recording.days_left;
  if (days === null) return <Badge kind="good">{t("recording.ready")}</Badge>;
  const text = days < 1 ? t("recording.last_day") : t("recording.days_left", { count: days });
  const until = recording.expires_at === null ? undefined : t("recording.expires", { date: formatDate(recording.expires_at) });
  return <span title={until}><Badge kind={days <= 3 ? "warn" : "info"} icon="clock">{text}</Badge></span>;
}
