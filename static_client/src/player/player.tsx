// /play/ID?e=&s=: the playback page. Loads the manifest and says plainly why, when there is nothing to play.
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { t } from "../i18n";
import { StatusPage, type StatusCode } from "../status/status";
import { EmptyState, PageSpinner } from "../ui/display";
import { Page } from "../ui/page";
import { buildTimeline } from "./timeline";
import { canPlay } from "./track_feed";
import type { Manifest } from "./types";
import { PlayerView } from "./view";

export default function Player({ id }: { id?: string }) {
  const [manifest, setManifest] = useState<Manifest | null>(null);
  const [problem, setProblem] = useState<StatusCode | null>(null);
  const base = `/api/play/${encodeURIComponent(id ?? "")}`;
  const query = signature(location.search);
  const load = () => {
    setProblem(null);
    api<Manifest>("GET", `${base}/manifest?${query}`).then(setManifest, (cause: unknown) => setProblem(problemOf(cause)));
  };
  useEffect(load, [id]);
  if (problem !== null) return <StatusPage code={problem} retry={load} />;
  if (manifest === null) return <div class="theme-dark"><Page title={t("player.loading")} bare><PageSpinner label={t("player.loading")} /></Page></div>;
  if (manifest.parts.length > 0 && !manifest.parts.some((part) => canPlay(part.mime))) return <StatusPage code="play_unsupported" title={manifest.recording.title} />;
  const timeline = buildTimeline(manifest);
  if (timeline.tracks.length === 0) {
    return <Page title={manifest.recording.title}><EmptyState icon="film" title={t("player.empty_title")}>{t("player.empty_text")}</EmptyState></Page>;
  }
  return <PlayerView manifest={manifest} timeline={timeline} address={(part, what) => `${base}/${encodeURIComponent(part)}/${what}?${query}`} />;
}

/** Only what the signature needs goes on to the API. */
function signature(search: string): string {
  const given = new URLSearchParams(search);
  return new URLSearchParams({ e: given.get("e") ?? "", s: given.get("s") ?? "" }).toString();
}

function problemOf(cause: unknown): StatusCode {
  if (!(cause instanceof ApiError)) return "internal";
  if (cause.code === "network") return "network";
  if (cause.status === 404 || (cause.status === 410 && cause.code !== "expired" && cause.code !== "link_expired")) return "play_gone";
  if ([400, 401, 403, 410].includes(cause.status)) return "play_expired";
  return "internal";
}
