// The upper half of the dock: who is here (S-12), raised hands first; the moderators' acts on one and on all.

import { useState } from "preact/hooks";
import type { Participant } from "../engine/protocol";
import { ordered, type RoomState } from "../engine/room_state";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { Avatar, NetworkBars } from "../ui/display";
import { Icon } from "../ui/icon";
import { Menu, type MenuEntry } from "../ui/menu";
import { AwaySign, describe, HandSign, MicSign, ModeratorSquare, NotRecordedSign, Sign } from "./badges";
import { moderate, personMenu } from "./person_menu";
import { useRoom, type RoomUi } from "./ui_state";

const SEARCH_FROM = 8;

export function People() {
  const ui = useRoom();
  const [search, setSearch] = useState("");
  const room = ui.conference.room.value;
  const me = ui.conference.me.value;
  if (room === null || me === undefined) return null;
  const wanted = search.trim().toLocaleLowerCase();
  const list = ordered(room).filter((one) => wanted === "" || one.name.toLocaleLowerCase().includes(wanted));
  return (
    <section class="room-people" aria-labelledby="room-people-heading">
      <div class="room-dock-head">
        <h2 id="room-people-heading" tabIndex={-1}>{t("people.heading")} <span class="room-count" aria-label={t("people.count", { count: room.participants.size })}>{room.participants.size}</span></h2>
        {room.allHeld.includes("mic") && <Sign icon="mic-held" label={t("people.all_held")} tone="bad" />}
        {me.moderator && <Menu label={t("people.all")} trigger={{ icon: "more", size: "small" }} items={() => everyoneMenu(ui)} />}
        <IconButton icon={ui.narrow.value ? "close" : "chevron-down"} size="small" label={t("bar.people_hide")} onClick={() => ui.fold("people")} />
      </div>
      {room.participants.size >= SEARCH_FROM && (
        <div class="room-people-search">
          <Icon name="search" size={16} />
          <input class="ui-input" type="search" value={search} placeholder={t("people.search")} aria-label={t("people.search")} onInput={(event) => setSearch(event.currentTarget.value)} />
        </div>
      )}
      {me.moderator && room.waiting.length > 0 && <WaitingPeople room={room} />}
      <ul class="room-people-list" role="list">
        {list.map((one) => <Person key={one.id} one={one} room={room} me={me} />)}
        {list.length === 0 && <li class="room-chat-empty">{t("people.none")}</li>}
      </ul>
      {me.moderator && room.banned.length > 0 && <Banned room={room} />}
    </section>
  );
}

function Person({ one, room, me }: { one: Participant; room: RoomState; me: Participant }) {
  const ui = useRoom();
  const self = one.id === me.id;
  const speaking = one.mic.on && (self ? ui.conference.local.micLevel.value > 0.35 : ui.conference.speakers.value.active.includes(one.number));
  const quality = ui.conference.quality.value.get(one.number);
  const showPresenter = one.role === "presenter" && (room.whoPresents === "promoted" || room.startAs === "listener");
  return (
    <li class={["room-person", speaking && "is-speaking", !one.connected && "is-away"].filter(Boolean).join(" ")} data-person={one.id} data-name={one.name}>
      <Avatar name={one.name} id={one.id} size="32px" />
      <span class="room-person-name" aria-label={describe(one, room)}>
        <ModeratorSquare one={one} />
        <span class="ui-ellipsis">{one.name}</span>
        {self && <span class="room-person-you">({t("badge.you")})</span>}
      </span>
      <span class="room-person-signs">
        <AwaySign one={one} />
        <HandSign one={one} room={room} />
        {one.promotion !== null && <Sign icon="clock" label={t("badge.invited")} />}
        {showPresenter && <Sign icon="presenter" label={t("badge.presenter")} />}
        {one.screen.on && <Sign icon="screen" label={t("badge.screen_on")} tone="on" />}
        <NotRecordedSign one={one} room={room} />
        {one.phone && <Sign icon="phone" label={t("badge.phone")} />}
        {quality !== undefined && quality < 3 && <NetworkBars quality={quality} label={t(`badge.network_${String(quality) as "0" | "1" | "2"}`)} />}
        {one.camera.on && <Sign icon="camera" label={t("badge.camera_on")} />}
        {me.moderator && !self && one.mic.on && one.mode === "speak" && !one.organiser
          ? <IconButton icon="mic" size="small" label={`${t("act.mute")}: ${one.name}`} tip={t("act.mute")} class="room-person-mute" onClick={() => void moderate(ui, "mute", one.id, false)} />
          : <MicSign one={one} />}
        {!self && <Menu label={t("people.menu", { name: one.name })} trigger={{ icon: "more", size: "small" }} items={() => personMenu(ui, one.id)} />}
      </span>
    </li>
  );
}

/** Who is before the door, first come first. */
function WaitingPeople({ room }: { room: RoomState }) {
  const ui = useRoom();
  const decide = (act: "admit" | "refuse", target: string | null): void => void ui.attempt(() => ui.conference.act(act, { target }));
  const many = room.waiting.length > 1;
  return (
    <section class="room-waiting" aria-labelledby="room-waiting-heading" data-testid="waiting">
      <div class="room-waiting-head">
        <h3 id="room-waiting-heading" tabIndex={-1}>{t("lobby.waiting", { count: room.waiting.length })}</h3>
        {many && <Button size="small" variant="primary" onClick={() => decide("admit", null)}>{t("lobby.admit_all")}</Button>}
        {many && <Menu label={t("door.more")} trigger={{ icon: "more", size: "small" }} items={[{ label: t("lobby.refuse_all"), icon: "close", danger: true, onSelect: () => decide("refuse", null) }]} />}
      </div>
      <ul role="list">
        {room.waiting.map((one) => (
          <li key={one.id} data-waiting={one.name}>
            <span class="room-waiting-who"><strong>{one.name}</strong>{one.guest && <span class="ui-muted"> · {t("lobby.guest")}</span>}</span>
            {one.message !== "" && <p class="room-waiting-words">{one.message}</p>}
            <span class="room-waiting-acts">
              <Button size="small" variant="primary" aria-label={t("lobby.admit_name", { name: one.name })} onClick={() => decide("admit", one.id)}>{t("lobby.admit")}</Button>
              <IconButton icon="close" size="small" variant="plain" label={t("lobby.refuse_name", { name: one.name })} tip={t("lobby.refuse")} onClick={() => decide("refuse", one.id)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function everyoneMenu(ui: RoomUi): MenuEntry[] {
  const room = ui.conference.room.peek();
  const locked = room?.locked === true;
  const held = (room?.allHeld.length ?? 0) > 0;
  const items: MenuEntry[] = [
    { heading: t("people.all") },
    { label: t("people.mute_all"), icon: "mic-off", onSelect: () => (ui.dialog.value = "mute_all") },
    { label: t("people.stop_cameras"), icon: "camera-off", onSelect: () => void moderate(ui, "stop_camera", null, false) },
    { label: t("people.stop_shares"), icon: "screen-stop", onSelect: () => void moderate(ui, "stop_share", null, false) },
  ];
  if (held) items.push({ label: t("people.release_all"), icon: "mic", onSelect: () => void moderate(ui, "release", null) });
  if ((room?.hands.length ?? 0) > 0) items.push({ label: t("people.lower_all"), icon: "hand", onSelect: () => void moderate(ui, "lower_hand", null) });
  items.push({ separator: true }, {
    label: locked ? t("bar.unlock") : t("bar.lock"), icon: locked ? "unlock" : "lock",
    onSelect: () => void ui.attempt(() => ui.conference.act("lock", { locked: !locked })),
  }, {
    label: room?.lobby === true ? t("lobby.off") : t("lobby.on"), icon: "door",
    onSelect: () => void ui.attempt(() => ui.conference.act("lobby", { on: room?.lobby !== true })),
  }, { label: t("bar.invite"), icon: "user-plus", onSelect: () => (ui.dialog.value = "invite") });
  return items;
}

function Banned({ room }: { room: RoomState }) {
  const ui = useRoom();
  return (
    <details class="room-banned">
      <summary>{t("people.banned")} ({room.banned.length})</summary>
      <ul role="list">
        {room.banned.map((one) => (
          <li key={one.id}>
            <Button size="small" full onClick={() => void moderate(ui, "unban", one.id)}>{t("people.unban", { name: one.name })}</Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
