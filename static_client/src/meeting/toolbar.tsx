// The bar at the bottom: what one does oneself. Toggles carry aria-pressed; leaving stands apart in red.

import { useRef, useState } from "preact/hooks";
import { screenShareSupported } from "../engine/devices";
import { REACTIONS } from "../engine/protocol";
import { maySpeak, mayShare } from "../engine/room_state";
import { t } from "../i18n";
import { IconButton, ToggleButton } from "../ui/button";
import { Menu, Popover, type MenuEntry } from "../ui/menu";
import { CameraChoices, MicChoices } from "./device_pickers";
import { toggleFullscreen } from "../ui/fullscreen";
import { REACTION_GLYPHS } from "./reactions";
import { useRoom, type RoomUi } from "./ui_state";

export function Toolbar() {
  const ui = useRoom();
  const narrow = ui.narrow.value;
  const key = ui.choices.value.shortcuts;
  const chatShown = ui.chatShown.value;
  const peopleShown = ui.peopleShown.value;
  const unread = ui.unread.value;
  const waiting = peopleShown ? 0 : ui.waiting.value;
  return (
    <section class="room-foot" aria-label={t("room.toolbar")}>
      <div class="room-bar" role="toolbar" aria-label={t("room.toolbar")} id="room-controls" tabIndex={-1}>
        <h2 class="visually-hidden">{t("room.toolbar")}</h2>
        <div class="room-bar-group">
          <MicButton />
          <CameraButton />
          {!narrow && <ShareButton />}
          <ListenButton />
        </div>
        <div class="room-bar-group">
          <HandButton />
          {!narrow && <ReactButton />}
          <ToggleButton class="room-bar-button" icon="chat" label={unread > 0 ? `${t("bar.chat")}, ${t("chat.unread", { count: unread })}` : t("bar.chat")} tip={t("bar.chat_show")} tipPressed={t("bar.chat_hide")} shortcut={key ? "C" : undefined}
            pressed={chatShown} badge={chatShown ? 0 : unread} onClick={() => ui.toggleChat()} id="room-bar-chat" data-testid="chat" />
          {!narrow && <ToggleButton class="room-bar-button" icon="people" label={waiting > 0 ? `${t("bar.people")}, ${t("door.shown", { count: waiting })}` : t("bar.people")} badge={waiting} tip={t("bar.people_show")} tipPressed={t("bar.people_hide")} shortcut={key ? "P" : undefined}
            pressed={peopleShown} onClick={() => ui.togglePeople()} id="room-bar-people" data-testid="people" />}
          <Menu label={t("bar.more")} trigger={{ icon: "more-horizontal", class: "room-bar-button" }} side="up" align="end" items={() => moreMenu(ui)} />
        </div>
        <IconButton class="room-bar-button room-bar-leave" icon="leave" label={t("bar.leave")} variant="danger" onClick={() => (ui.dialog.value = "leave")} data-testid="leave" />
      </div>
    </section>
  );
}

function MicButton() {
  const ui = useRoom();
  const me = ui.conference.me.value;
  const key = ui.choices.value.shortcuts;
  const anchor = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  if (me === undefined) return null;
  const on = me.mic.on && me.mode === "speak";
  const held = me.mic.held;
  const allowed = maySpeak(me);
  const tip = !allowed ? t("bar.mic_listener") : held ? t("bar.mic_held") : t("bar.mic_on");
  return (
    <div class="room-bar-split" ref={anchor}>
      <ToggleButton class={`room-bar-button room-bar-mic${on ? "" : " is-off"}`} icon={held ? "mic-held" : "mic-off"} iconPressed="mic" label={t("bar.mic")} tip={tip} tipPressed={t("bar.mic_off")}
        shortcut={key ? "M" : undefined} pressed={on} disabled={!allowed || held} onClick={() => void ui.toggleMic()} data-testid="mic" aria-busy={ui.conference.own.busy.value.has("mic")} />
      {on && <MicRing />}
      <IconButton class="room-bar-arrow" icon="chevron-up" iconSize={16} label={t("bar.mic_choose")} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)} />
      <Popover open={open} onClose={() => setOpen(false)} anchor={() => anchor.current} label={t("bar.mic_choose")} align="start" class="room-devices">
        <MicChoices conference={ui.conference} choices={ui.choices.value} choose={(change) => ui.choose(change)} />
      </Popover>
    </div>
  );
}

/** A thin line under the button that moves with one's own voice. */
function MicRing() {
  const ui = useRoom();
  const level = ui.conference.local.micLevel.value;
  return <span class="room-bar-level" aria-hidden="true"><span style={{ transform: `scaleX(${level.toFixed(2)})` }} /></span>;
}

function CameraButton() {
  const ui = useRoom();
  const me = ui.conference.me.value;
  const key = ui.choices.value.shortcuts;
  const anchor = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  if (me === undefined) return null;
  const on = me.camera.on;
  const allowed = maySpeak(me);
  const tip = !allowed ? t("bar.mic_listener") : me.camera.held ? t("bar.camera_held") : t("bar.camera_on");
  return (
    <div class="room-bar-split" ref={anchor}>
      <ToggleButton class={`room-bar-button${on ? "" : " is-off"}`} icon="camera-off" iconPressed="camera" label={t("bar.camera")} tip={tip} tipPressed={t("bar.camera_off")}
        shortcut={key ? "V" : undefined} pressed={on} disabled={!allowed || me.camera.held} onClick={() => void ui.toggleCamera()} data-testid="camera" aria-busy={ui.conference.own.busy.value.has("camera")} />
      <IconButton class="room-bar-arrow" icon="chevron-up" iconSize={16} label={t("bar.camera_choose")} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)} />
      <Popover open={open} onClose={() => setOpen(false)} anchor={() => anchor.current} label={t("bar.camera_choose")} align="start" class="room-devices">
        <CameraChoices conference={ui.conference} choices={ui.choices.value} choose={(change) => ui.choose(change)} />
      </Popover>
    </div>
  );
}

function shareTip(ui: RoomUi): { allowed: boolean; tip: string } {
  const me = ui.conference.me.value;
  const room = ui.conference.room.value;
  if (me === undefined || room === null || !mayShare(me, room)) return { allowed: false, tip: t("bar.share_forbidden") };
  if (me.screen.held) return { allowed: false, tip: t("bar.share_held") };
  if (!screenShareSupported()) return { allowed: false, tip: t("bar.share_unsupported") };
  return { allowed: true, tip: t("bar.share") };
}

function ShareButton() {
  const ui = useRoom();
  const on = ui.conference.me.value?.screen.on === true;
  const { allowed, tip } = shareTip(ui);
  return (
    <ToggleButton class={`room-bar-button${on ? " is-sharing" : ""}`} icon="screen" iconPressed="screen-stop" label={t("bar.share")} tip={tip} tipPressed={t("bar.share_stop")} shortcut={ui.choices.value.shortcuts ? "D" : undefined}
      pressed={on} disabled={!allowed && !on} onClick={() => void ui.toggleShare()} data-testid="share" />
  );
}

/** S-18…S-20: headphones to only listen, the microphone to speak; free and repeatable. */
function ListenButton() {
  const ui = useRoom();
  const me = ui.conference.me.value;
  if (me === undefined || !maySpeak(me)) return null;
  const on = me.mode === "listen";
  return (
    <ToggleButton class="room-bar-button" icon="headphones" label={t("bar.listen")} tip={t("bar.listen_tip")} tipPressed={t("bar.listen_stop")} pressed={on} data-testid="listen"
      onClick={() => {
        ui.choose({ listenOnly: !on });
        void ui.attempt(() => ui.conference.own.setMode(on ? "speak" : "listen"));
      }} />
  );
}

function HandButton() {
  const ui = useRoom();
  const room = ui.conference.room.value;
  const up = room?.hands.includes(room.you) === true;
  return (
    <ToggleButton class={`room-bar-button${up ? " is-hand" : ""}`} icon="hand" label={t("bar.hand")} tip={t("bar.hand_raise")} tipPressed={t("bar.hand_lower")} shortcut={ui.choices.value.shortcuts ? "R" : undefined}
      pressed={up} onClick={() => void ui.toggleHand()} data-testid="hand" />
  );
}

function ReactButton() {
  const ui = useRoom();
  const anchor = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <span ref={anchor}>
      <IconButton class="room-bar-button" icon="smile" label={t("bar.react")} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)} data-testid="react" />
      <Popover open={open} onClose={() => setOpen(false)} anchor={() => anchor.current} label={t("bar.react")} class="room-react">
        {REACTIONS.map((reaction) => (
          <button type="button" key={reaction} class="room-react-one" aria-label={t(`reaction.${reaction}`)} data-tip={t(`reaction.${reaction}`)}
            onClick={() => {
              setOpen(false);
              void ui.attempt(() => ui.conference.act("react", { reaction }));
            }}>{REACTION_GLYPHS[reaction]}</button>
        ))}
      </Popover>
    </span>
  );
}

function moreMenu(ui: RoomUi): MenuEntry[] {
  const narrow = ui.narrow.peek();
  const items: MenuEntry[] = [];
  if (narrow) {
    const me = ui.conference.me.peek();
    const on = me?.screen.on === true;
    const { allowed, tip } = shareTip(ui);
    items.push({ label: t("bar.people"), icon: "people", onSelect: () => ui.togglePeople() });
    items.push({ label: on ? t("bar.share_stop") : tip, icon: on ? "screen-stop" : "screen", disabled: !allowed && !on, onSelect: () => void ui.toggleShare() });
    if (me?.camera.on === true) items.push({ label: t("bar.camera_flip"), icon: "camera-flip", onSelect: () => void ui.attempt(() => ui.conference.own.flipCamera()) });
    items.push({ separator: true }, { heading: t("bar.react") });
    for (const reaction of REACTIONS) {
      items.push({ label: `${REACTION_GLYPHS[reaction]} ${t(`reaction.${reaction}`)}`, onSelect: () => void ui.attempt(() => ui.conference.act("react", { reaction })) });
    }
    items.push({ separator: true });
  }
  const grid = ui.layout.peek() === "grid";
  items.push({ label: grid ? t("bar.view_speaker") : t("bar.view_grid"), icon: grid ? "speaker-view" : "grid", hint: "W", onSelect: () => ui.toggleLayout() });
  const hidden = ui.choices.peek().hideSelf;
  items.push({ label: hidden ? t("bar.show_self") : t("bar.hide_self"), icon: hidden ? "eye" : "eye-off", onSelect: () => ui.choose({ hideSelf: !hidden }) });
  items.push({ label: t("bar.fullscreen"), icon: "fullscreen", hint: "S", onSelect: toggleFullscreen });
  items.push({ separator: true });
  items.push({ label: t("bar.invite"), icon: "user-plus", onSelect: () => (ui.dialog.value = "invite") });
  items.push({ label: t("bar.settings"), icon: "settings", onSelect: () => (ui.dialog.value = "settings") });
  items.push({ label: t("bar.shortcuts"), icon: "keyboard", hint: "?", onSelect: () => (ui.dialog.value = "shortcuts") });
  return items;
}
