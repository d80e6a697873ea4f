// Which room event deserves a sentence, and which sentence. Never for one's own act; joins are silent in a large room.
// Pure: event and states in, notice out; the page shows it.

import type { Participant, RoomEvent } from "../engine/protocol";
import type { RoomState } from "../engine/room_state";
import { formatList, formatTime, t } from "../i18n";

export interface Notice {
  text: string;
  kind: "info" | "good" | "warn" | "bad";
  /** Notices with the same key replace each other. */
  key?: string;
}

const LARGE_ROOM = 12;

export function noticeFor(event: RoomEvent, before: RoomState, after: RoomState): Notice | null {
  if (event.actor === after.you && event.type !== "recording_changed") {
    // One's own acts are seen; the answer of another person to an invitation carries that person as actor.
    return null;
  }
  const name = (id: string | null): string =>
    (id === null ? undefined : (after.participants.get(id) ?? before.participants.get(id))?.name) ?? t("note.somebody");
  const actor = event.actor === null ? t("note.moderator") : name(event.actor);
  switch (event.type) {
    case "participant_joined":
      if (event.participant.id === after.you || after.participants.size > LARGE_ROOM) return null;
      return { text: t("note.joined", { name: event.participant.name }), kind: "info", key: `in-${event.participant.id}` };
    case "participant_left":
      if (event.reason === "kicked") return { text: t("note.kicked", { actor, name: name(event.id) }), kind: "info" };
      if (event.reason === "banned") return { text: t("note.banned", { actor, name: name(event.id) }), kind: "info" };
      if (before.participants.size > LARGE_ROOM) return null;
      return { text: t("note.left", { name: name(event.id) }), kind: "info", key: `in-${event.id}` };
    case "participant_changed":
      return event.id === after.you
        ? aboutMe(event, before, after, actor)
        : aboutOther(event, before, after);
    case "hands_changed":
      return handNotice(event.hands, before, after, actor, name);
    case "locked":
      return { text: event.locked ? t("note.locked", { actor }) : t("note.unlocked", { actor }), kind: "info" };
    case "knocked":
      return { text: t("note.knocked", { name: event.waiting.name }), kind: "info", key: "knock" };
    case "waiting_left": {
      if (event.outcome === "gone") return null;
      const names = formatList(before.waiting.filter((one) => event.ids.includes(one.id)).map((one) => one.name));
      return { text: event.outcome === "admitted" ? t("note.admitted_by", { actor, names }) : t("note.refused_by", { actor, names }), kind: "info", key: "knock" };
    }
    case "lobby_changed":
      if (after.participants.get(after.you)?.moderator !== true) return null;
      return { text: event.on ? t("note.lobby_on", { actor }) : t("note.lobby_off", { actor }), kind: "info" };
    case "end_moved":
      return { text: t("note.extended", { actor, time: formatTime(event.ends_at) }), kind: "good", key: "ending" };
    case "ending":
      return { text: t("note.ending", { time: formatTime(event.ends_at) }), kind: "warn", key: "ending" };
    case "settings_changed":
      if (before.title !== after.title) return { text: t("changed.title", { title: after.title }), kind: "info" };
      if (before.endsAt === after.endsAt || after.endsAt === null) return null;
      return { text: t("changed.ends", { time: formatTime(after.endsAt) }), kind: "warn", key: "ending" };
    case "chat_closed":
      return { text: event.closed ? t("note.chat_closed", { actor }) : t("note.chat_opened", { actor }), kind: "info" };
    case "spotlight_changed":
      return event.id === null
        ? { text: t("note.unspotlight", { actor }), kind: "info" }
        : { text: t("note.spotlight", { actor, name: event.id === after.you ? t("stage.you") : name(event.id) }), kind: "info" };
    case "all_held_changed":
      return event.held.length > before.allHeld.length
        ? { text: t("note.all_muted", { actor }), kind: "warn" }
        : { text: t("note.all_released", { actor }), kind: "info" };
    case "recording_changed":
      return recordingNotice(before, after, actor);
    default:
      return null;
  }
}

type Changed = Extract<RoomEvent, { type: "participant_changed" }>;

function aboutMe(event: Changed, before: RoomState, after: RoomState, actor: string): Notice | null {
  const was = before.participants.get(event.id);
  const now = after.participants.get(event.id);
  if (was === undefined || now === undefined) return null;
  return microphoneNotice(was, now, actor) ?? cameraNotice(was, now, actor) ?? roleNotice(was, now, actor);
}

function microphoneNotice(was: Participant, now: Participant, actor: string): Notice | null {
  if (now.mic.held && !was.mic.held) return { text: t("note.you_muted_held", { actor }), kind: "warn", key: "mic" };
  if (was.mic.on && !now.mic.on && now.mic.by === "moderator") {
    return { text: t("note.you_muted", { actor }), kind: "warn", key: "mic" };
  }
  if (was.mic.held && !now.mic.held) return { text: t("note.you_released", { actor }), kind: "good", key: "mic" };
  return null;
}

function cameraNotice(was: Participant, now: Participant, actor: string): Notice | null {
  if (now.camera.held && !was.camera.held) return { text: t("note.you_camera_held", { actor }), kind: "warn", key: "camera" };
  if (was.camera.on && !now.camera.on && now.camera.by === "moderator") {
    return { text: t("note.you_camera_stopped", { actor }), kind: "warn", key: "camera" };
  }
  if (was.screen.on && !now.screen.on && now.screen.by === "moderator") {
    return { text: t("note.you_share_stopped", { actor }), kind: "warn", key: "screen" };
  }
  return null;
}

function roleNotice(was: Participant, now: Participant, actor: string): Notice | null {
  if (!was.moderator && now.moderator) return { text: t("note.you_moderator", { actor }), kind: "good" };
  if (was.moderator && !now.moderator) return { text: t("note.you_not_moderator", { actor }), kind: "warn" };
  if (was.role === now.role) return null;
  if (now.role === "presenter") return { text: t("note.you_presenter"), kind: "good" };
  if (now.role === "listener") return { text: t("note.you_listener", { actor }), kind: "warn" };
  return was.role === "listener"
    ? { text: t("note.you_speaker"), kind: "good" }
    : { text: t("note.you_not_presenter", { actor }), kind: "warn" };
}

function aboutOther(event: Changed, before: RoomState, after: RoomState): Notice | null {
  const was = before.participants.get(event.id);
  const now = after.participants.get(event.id);
  if (was === undefined || now === undefined) return null;
  if (!was.screen.on && now.screen.on) {
    return { text: t("note.share", { name: now.name }), kind: "info", key: `share-${now.id}` };
  }
  if (was.promotion !== null && was.promotion.by === after.you && now.promotion === null) {
    if (event.action === "decline_promotion") return { text: t("note.declined", { name: now.name }), kind: "info" };
    if (event.action === "accept_promotion") return { text: t("note.accepted", { name: now.name }), kind: "good" };
  }
  return null;
}

function handNotice(
  hands: readonly string[], before: RoomState, after: RoomState, actor: string, name: (id: string) => string,
): Notice | null {
  if (before.hands.includes(after.you) && !hands.includes(after.you)) {
    return { text: t("note.you_hand_lowered", { actor }), kind: "info" };
  }
  const raised = hands.find((id) => !before.hands.includes(id));
  const moderator = after.participants.get(after.you)?.moderator === true;
  if (raised === undefined || !moderator) return null;
  return { text: t("note.hand", { name: name(raised) }), kind: "info", key: `hand-${raised}` };
}

function recordingNotice(before: RoomState, after: RoomState, actor: string): Notice | null {
  const was = before.recording.state;
  const now = after.recording.state;
  if (was === now) return null;
  if (now === "recording") return { text: t("note.rec_started", { actor }), kind: "warn", key: "rec" };
  if (was === "recording") return { text: t("note.rec_stopped", { actor }), kind: "info", key: "rec" };
  return now === "armed" ? { text: t("note.rec_armed"), kind: "warn", key: "rec" } : null;
}
