// What this viewer sees and has open; nothing here concerns other people. One object for the life of the room page.

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { CallError, type Conference } from "../engine/conference";
import { DeviceError, loadChoices, saveChoices, type Choices } from "../engine/devices";
import type { ParticipantId, Reaction } from "../engine/protocol";
import { maybe, t } from "../i18n";
import { toast } from "../ui/toast";
import type { Layout, TileRef } from "./stage_model";

export type DialogName = "leave" | "settings" | "shortcuts" | "invite" | "connection" | "record" | "who_records" | "mute_all";
export type PersonDialog = { act: "kick" | "ban"; id: ParticipantId; name: string };
export type Drawer = "people" | "chat" | null;

export interface ShownReaction {
  key: number;
  id: ParticipantId;
  reaction: Reaction;
}

export class RoomUi {
  readonly layout = signal<Layout>("grid");
  readonly pinned = signal<TileRef | null>(null);
  readonly page = signal(0);
  /** The dock's two parts on a wide screen. */
  readonly people = signal(true);
  readonly chat = signal(true);
  /** On a narrow screen one of them slides in. */
  readonly drawer = signal<Drawer>(null);
  readonly narrow = signal(false);
  readonly dialog = signal<DialogName | null>(null);
  readonly personDialog = signal<PersonDialog | null>(null);
  readonly asked = signal<ParticipantId | null>(null);
  readonly chatTo = signal<ParticipantId | null>(null);
  readonly unread = signal(0);
  readonly reactions = signal<readonly ShownReaction[]>([]);
  readonly soundBlocked = signal(false);
  readonly choices = signal<Choices>(loadChoices());
  readonly talking = signal(false);
  readonly chatShown: ReadonlySignal<boolean> = computed(() =>
    this.narrow.value ? this.drawer.value === "chat" : this.chat.value,
  );
  readonly peopleShown: ReadonlySignal<boolean> = computed(() =>
    this.narrow.value ? this.drawer.value === "people" : this.people.value,
  );
  /** How many wait before the door, for whoever may let them in. */
  readonly waiting: ReadonlySignal<number> = computed(() =>
    this.conference.me.value?.moderator === true ? (this.conference.room.value?.waiting.length ?? 0) : 0,
  );
  /** Closes the toast of the last message. */
  chatToast: (() => void) | null = null;
  #nextReaction = 1;

  constructor(readonly conference: Conference) {}

  choose(change: Partial<Choices>): void {
    this.choices.value = saveChoices(change);
  }

  toggleChat(): void {
    if (this.narrow.value) this.drawer.value = this.drawer.value === "chat" ? null : "chat";
    else this.chat.value = !this.chat.value;
    if (!this.chatShown.value) return;
    this.unread.value = 0;
    this.chatToast?.();
    this.chatToast = null;
  }

  togglePeople(): void {
    if (this.narrow.value) this.drawer.value = this.drawer.value === "people" ? null : "people";
    else this.people.value = !this.people.value;
  }

  /** The list of people with those before the door, and the focus there. */
  showWaiting(): void {
    if (!this.peopleShown.peek()) this.togglePeople();
    requestAnimationFrame(() => document.getElementById("room-waiting-heading")?.focus());
  }

  /** Closed from its own head: the focus goes to the button that opens it again. */
  fold(panel: "chat" | "people"): void {
    if (panel === "chat") this.toggleChat();
    else this.togglePeople();
    document.getElementById(`room-bar-${panel}`)?.focus();
  }

  writeTo(id: ParticipantId | null): void {
    this.chatTo.value = id;
    if (!this.chatShown.value) this.toggleChat();
    requestAnimationFrame(() => document.getElementById("room-chat-text")?.focus());
  }

  toggleLayout(): void {
    this.pinned.value = null;
    this.layout.value = this.layout.value === "grid" ? "speaker" : "grid";
  }

  react(id: ParticipantId, reaction: Reaction): void {
    const one = { key: this.#nextReaction, id, reaction };
    this.#nextReaction += 1;
    this.reactions.value = [...this.reactions.value, one].slice(-12);
    setTimeout(() => {
      this.reactions.value = this.reactions.value.filter((other) => other.key !== one.key);
    }, 4000);
  }

  /** Runs an act and says in plain words when it is refused. */
  async attempt(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      const text = refusal(error);
      if (text !== null) toast({ text, kind: "bad", key: "refusal" });
      return false;
    }
  }

  toggleMic(): Promise<boolean> {
    const me = this.conference.me.peek();
    const on = !(me?.mic.on === true && me.mode === "speak");
    return this.attempt(async () => {
      try {
        await this.conference.own.setMic(on);
        if (on) this.choose({ listenOnly: false });
      } catch (error) {
        throw named(error, "mic");
      }
    });
  }

  toggleCamera(): Promise<boolean> {
    const on = this.conference.me.peek()?.camera.on !== true;
    this.choose({ cameraOn: on });
    return this.attempt(async () => {
      try {
        await this.conference.own.setCamera(on);
      } catch (error) {
        throw named(error, "camera");
      }
    });
  }

  toggleShare(): Promise<boolean> {
    const on = this.conference.me.peek()?.screen.on !== true;
    return this.attempt(async () => {
      try {
        await this.conference.own.setScreen(on);
      } catch (error) {
        throw named(error, "screen");
      }
    });
  }

  toggleHand(): Promise<boolean> {
    const room = this.conference.room.peek();
    const raised = room !== null && !room.hands.includes(room.you);
    return this.attempt(() => this.conference.act("hand", { raised, participant: null }));
  }
}

class NamedDeviceError extends Error {
  constructor(
    readonly device: "mic" | "camera" | "screen",
    readonly inner: DeviceError,
  ) {
    super(device);
  }
}

function named(error: unknown, device: "mic" | "camera" | "screen"): unknown {
  return error instanceof DeviceError ? new NamedDeviceError(device, error) : error;
}

/** The sentence for a refusal; null when there is nothing to say (the person closed a picker themselves). */
export function refusal(error: unknown): string | null {
  if (error instanceof NamedDeviceError) {
    if (error.inner.problem === "dismissed" && error.device === "screen") return null;
    const why = maybe(`help.${error.inner.problem}`) ?? maybe("help.denied_other");
    return `${t(`fail.device_${error.device}`)} ${why ?? ""}`.trim();
  }
  if (error instanceof CallError) return maybe(`fail.${error.code}`) ?? maybe(`error.${error.code}`) ?? error.message;
  return t("fail.other");
}

export const RoomContext = createContext<RoomUi | null>(null);

export function useRoom(): RoomUi {
  const ui = useContext(RoomContext);
  if (ui === null) throw new Error("outside of the room");
  return ui;
}
