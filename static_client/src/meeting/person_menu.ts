// What may be done to one person, in the order of weight. The server decides; this only leaves out what it would refuse.

import type { ModerateAction, Participant, ParticipantId } from "../engine/protocol";
import { self, type RoomState } from "../engine/room_state";
import { t } from "../i18n";
import type { IconName } from "../ui/icon";
import type { MenuEntry } from "../ui/menu";
import { sameTile } from "./stage_model";
import type { RoomUi } from "./ui_state";

export type PersonAct =
  | { kind: "moderate"; action: ModerateAction; hold?: boolean; label: string; icon: IconName }
  | { kind: "confirm"; act: "kick" | "ban"; label: string; icon: IconName }
  | { kind: "line" };

/** Pure: the moderator's acts on `target` as `actor` may do them. */
export function actsOn(actor: Participant, target: Participant, room: RoomState): PersonAct[] {
  if (!actor.moderator || actor.id === target.id) return [];
  const acts: PersonAct[] = [];
  const add = (action: ModerateAction, label: string, icon: IconName, hold?: boolean): void => {
    acts.push({ kind: "moderate", action, label, icon, ...(hold === undefined ? {} : { hold }) });
  };
  const untouchable = target.organiser;
  const listener = target.role === "listener";
  if (!untouchable && !listener) {
    if (target.mic.on) add("mute", t("act.mute"), "mic-off", false);
    if (!target.mic.held) add("mute", t("act.mute_hold"), "mic-held", true);
  }
  if (!target.mic.on && !listener) add("ask_unmute", t("act.ask_unmute"), "mic");
  if (!untouchable) {
    if (target.camera.on) add("stop_camera", t("act.stop_camera"), "camera-off", false);
    if (!listener && !target.camera.held) add("stop_camera", t("act.stop_camera_hold"), "camera-off", true);
    if (target.screen.on) add("stop_share", t("act.stop_share"), "screen-stop", false);
    if (target.screen.on && !target.screen.held) add("stop_share", t("act.stop_share_hold"), "screen-stop", true);
    if (target.mic.held || target.camera.held || target.screen.held) add("release", t("act.release"), "unlock");
  }
  if (room.hands.includes(target.id)) add("lower_hand", t("act.lower_hand"), "hand");
  acts.push({ kind: "line" });
  if (listener) add("promote_speaker", t("act.promote_speaker"), "mic");
  if (target.role !== "presenter") add("promote_presenter", t("act.promote_presenter"), "presenter");
  if (!untouchable && target.role === "presenter") add("demote_speaker", t("act.demote_speaker"), "presenter");
  if (!untouchable && !listener) add("demote_listener", t("act.demote_listener"), "headphones");
  if (!target.moderator) add("make_moderator", t("act.make_moderator"), "moderator-square");
  else if (actor.organiser && !untouchable) add("remove_moderator", t("act.remove_moderator"), "moderator-square");
  if (room.spotlight === target.id) add("unspotlight", t("act.unspotlight"), "spotlight");
  else add("spotlight", t("act.spotlight"), "spotlight");
  if (!untouchable && (!target.moderator || actor.organiser)) {
    acts.push({ kind: "line" });
    acts.push({ kind: "confirm", act: "kick", label: t("act.kick"), icon: "remove" });
    acts.push({ kind: "confirm", act: "ban", label: t("act.ban"), icon: "ban" });
  }
  return acts;
}

export function personMenu(ui: RoomUi, id: ParticipantId): MenuEntry[] {
  const room = ui.conference.room.peek();
  const target = room?.participants.get(id);
  const actor = room === null ? undefined : self(room);
  if (room === null || target === undefined || actor === undefined) return [];
  const tile = { id, kind: "camera" as const };
  const pinned = sameTile(ui.pinned.peek(), tile);
  const items: MenuEntry[] = [];
  if (id !== room.you) {
    items.push({
      label: pinned ? t("stage.unpin", { name: target.name }) : t("stage.pin", { name: target.name }),
      icon: pinned ? "unpin" : "pin",
      onSelect: () => (ui.pinned.value = pinned ? null : tile),
    });
    if (!target.phone) items.push({ label: t("act.message"), icon: "chat", onSelect: () => ui.writeTo(id) });
  }
  const acts = actsOn(actor, target, room);
  if (acts.length > 0) items.push({ separator: true });
  for (const act of acts) {
    if (act.kind === "line") items.push({ separator: true });
    else if (act.kind === "confirm") {
      items.push({
        label: act.label, icon: act.icon, danger: true,
        onSelect: () => (ui.personDialog.value = { act: act.act, id, name: target.name }),
      });
    } else {
      items.push({ label: act.label, icon: act.icon, onSelect: () => void moderate(ui, act.action, id, act.hold) });
    }
  }
  return items;
}

export function moderate(ui: RoomUi, action: ModerateAction, target: ParticipantId | null, hold?: boolean): Promise<boolean> {
  const payload = action === "unspotlight" ? { action, target: null } : { action, target };
  return ui.attempt(() => ui.conference.act("moderate", hold === undefined ? payload : { ...payload, hold }));
}
