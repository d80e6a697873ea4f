// Single-key shortcuts. Never while somebody types, never with a modifier, never over an open dialog or menu.

import { useEffect } from "preact/hooks";
import { toggleFullscreen } from "../ui/fullscreen";
import type { RoomUi } from "./ui_state";

export type Shortcut = "mic" | "camera" | "share" | "hand" | "chat" | "people" | "view" | "fullscreen" | "help";

/** In the order of the list that tells of them. */
export const KEYS: Readonly<Record<string, Shortcut>> = {
  m: "mic", v: "camera", d: "share", r: "hand", c: "chat", p: "people", w: "view", s: "fullscreen", "?": "help",
};

export interface KeyFacts {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

/** Pure: which shortcut a key means. */
export function shortcutOf(event: KeyFacts): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}

function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=menu], dialog") !== null;
}

/** Space means something on these: hold-to-talk must not take it away. */
function pressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary, [role=button]") !== null;
}

const blocked = (): boolean => document.querySelector("dialog[open], [role=menu]:popover-open") !== null;

export function useShortcuts(ui: RoomUi): void {
  useEffect(() => {
    const run: Record<Shortcut, () => void> = {
      mic: () => void ui.toggleMic(),
      camera: () => void ui.toggleCamera(),
      share: () => void ui.toggleShare(),
      hand: () => void ui.toggleHand(),
      chat: () => ui.toggleChat(),
      people: () => ui.togglePeople(),
      view: () => ui.toggleLayout(),
      fullscreen: toggleFullscreen,
      help: () => (ui.dialog.value = "shortcuts"),
    };
    const down = (event: KeyboardEvent): void => {
      if (!ui.choices.peek().shortcuts || event.defaultPrevented || typing(event.target) || blocked()) return;
      if (event.key === " " && !pressable(event.target)) {
        event.preventDefault();
        if (!event.repeat) startTalking(ui);
        return;
      }
      const shortcut = shortcutOf(event);
      if (shortcut === null) return;
      event.preventDefault();
      run[shortcut]();
    };
    const up = (event: KeyboardEvent): void => {
      if (event.key === " ") stopTalking(ui);
    };
    const away = (): void => stopTalking(ui);
    document.addEventListener("keydown", down);
    document.addEventListener("keyup", up);
    window.addEventListener("blur", away);
    return () => {
      document.removeEventListener("keydown", down);
      document.removeEventListener("keyup", up);
      window.removeEventListener("blur", away);
    };
  }, [ui]);
}

function startTalking(ui: RoomUi): void {
  const me = ui.conference.me.peek();
  if (me === undefined || me.mic.on || me.mic.held || me.role === "listener" || ui.talking.peek()) return;
  ui.talking.value = true;
  void ui.attempt(() => ui.conference.own.setMic(true)).then((on) => {
    // Released before the server had answered.
    if (!on) ui.talking.value = false;
    else if (!ui.talking.peek()) void ui.attempt(() => ui.conference.own.setMic(false));
  });
}

function stopTalking(ui: RoomUi): void {
  if (!ui.talking.peek()) return;
  ui.talking.value = false;
  if (ui.conference.me.peek()?.mic.on === true) void ui.attempt(() => ui.conference.own.setMic(false));
}
