// The small signs beside a name, on tiles and in the list. Each has words for those who do not see it.

import type { Participant } from "../engine/protocol";
import type { RoomState } from "../engine/room_state";
import { t } from "../i18n";
import { Icon, type IconName } from "../ui/icon";

export function Sign({ icon, label, tone, text }: { icon: IconName; label: string; tone?: string; text?: string }) {
  return (
    <span class={tone === undefined ? "room-sign" : `room-sign room-sign-${tone}`} role="img" aria-label={label} data-tip={label}>
      <Icon name={icon} size={16} />
      {text !== undefined && <span aria-hidden="true">{text}</span>}
    </span>
  );
}

function micLabel(one: Participant): string {
  if (one.mode === "listen" || one.role === "listener") return t("badge.listening");
  if (one.mic.on) return t("badge.mic_on");
  if (one.mic.held) return t("badge.mic_held");
  return one.mic.by === "moderator" ? t("badge.mic_moderator") : t("badge.mic_self");
}

/** S-21, S-22, S-23: microphone on, off by oneself or by a moderator, or only listening. */
export function MicSign({ one }: { one: Participant }) {
  if (one.mode === "listen" || one.role === "listener") return <Sign icon="headphones" label={micLabel(one)} />;
  if (one.mic.on) return <Sign icon="mic" label={micLabel(one)} tone="on" />;
  const byModerator = one.mic.held || one.mic.by === "moderator";
  return <Sign icon={byModerator ? "mic-held" : "mic-off"} label={micLabel(one)} tone={byModerator ? "bad" : "off"} />;
}

/** S-14: a square marks a moderator. */
export function ModeratorSquare({ one }: { one: Participant }) {
  if (!one.moderator) return null;
  const label = one.organiser ? t("badge.organiser") : t("badge.moderator");
  return <Sign icon="moderator-square" label={label} tone="moderator" />;
}

export function HandSign({ one, room }: { one: Participant; room: RoomState }) {
  const at = room.hands.indexOf(one.id);
  if (at < 0) return null;
  return <Sign icon="hand" label={t("badge.hand", { n: at + 1 })} tone="hand" text={String(at + 1)} />;
}

export function NotRecordedSign({ one, room }: { one: Participant; room: RoomState }) {
  if (one.consent !== "no" || !room.recording.wanted) return null;
  return <Sign icon="eye-off" label={t("badge.not_recorded")} tone="off" />;
}

/** Their connection is lost, and their seat is kept for a while. */
export function AwaySign({ one }: { one: Participant }) {
  return one.connected ? null : <Sign icon="wifi-off" label={t("badge.away")} tone="bad" />;
}

/** Words for the whole state of a person, for the accessible name of a tile. */
export function describe(one: Participant, room: RoomState): string {
  const words = [one.name];
  if (one.id === room.you) words.push(t("badge.you"));
  if (one.moderator) words.push(one.organiser ? t("badge.organiser") : t("badge.moderator"));
  if (one.role === "presenter" && room.whoPresents === "promoted") words.push(t("badge.presenter"));
  words.push(micLabel(one));
  if (one.camera.on) words.push(t("badge.camera_on"));
  const hand = room.hands.indexOf(one.id);
  if (hand >= 0) words.push(t("badge.hand", { n: hand + 1 }));
  if (one.consent === "no" && room.recording.wanted) words.push(t("badge.not_recorded"));
  if (!one.connected) words.push(t("badge.away"));
  return words.join(", ");
}
