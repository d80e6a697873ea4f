// The one socket of a meeting (PROTOCOL.md section 2): typed calls with a bounded wait, pushes, token renewal, and coming
// back after a loss with the events that were missed. Knows nothing of media.

import { io, type Socket } from "socket.io-client";
import {
  CallError, type AnswerOf, type Calls, type Closing, type JoinAck, type LobbyPlace, type PeerNumber, type RoomEvent,
  type SlotFact, type Speakers, type Waiting,
} from "./protocol";

const CALL_WAIT_MS = 10_000;
const RETRY_MS = [300, 800, 1500, 3000, 4000];
/** Refusals at connect after which trying again is of no use. */
const FINAL = new Set(["token_invalid", "token_expired", "kicked", "banned", "ended", "expired", "refused", "cancelled", "postponed", "full", "locked", "wrong_link"]);

export interface SignalingHandlers {
  /** The payload of the `join` call of each (re)connection. */
  joinPayload(): Calls["join"];
  onJoined(ack: JoinAck, again: boolean): void;
  /** Before the door, at this place. `onJoined` follows when a moderator has let us in. */
  onWaiting(place: LobbyPlace): void;
  /** Who waits before the door: told to whoever becomes a moderator. */
  onWaitingPeople(people: Waiting[]): void;
  onLost(): void;
  onEvent(event: RoomEvent): void;
  onSpeakers(speakers: Speakers): void;
  onLevels(levels: Record<string, number>): void;
  onSlots(slots: SlotFact[]): void;
  onQuality(quality: Record<string, number>): void;
  onToken(token: string, expiresAt: number): void;
  onSpeakMuted(): void;
  /** The server ended it, or refuses for good. After this nothing more comes. */
  onClosed(closing: { code: string; message: string; actorName: string | null }): void;
}

interface Ack {
  ok: boolean;
  error?: { code: string; message: string };
}

export class Signaling {
  readonly #socket: Socket;
  readonly #handlers: SignalingHandlers;
  #joinedOnce = false;
  #waiting = false;
  #joined = false;
  #over = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(token: () => string, handlers: SignalingHandlers, url?: string) {
    this.#handlers = handlers;
    const options = {
      transports: ["websocket"],
      path: "/socket.io",
      forceNew: true,
      autoConnect: false,
      // We retry ourselves: the library's own retry does not cover a connection that the server refused.
      reconnection: false,
      timeout: 6000,
      auth: (give: (auth: object) => void) => give({ token: token() }),
    };
    this.#socket = url === undefined ? io(options) : io(url, options);
    this.#listen();
  }

  get joined(): boolean {
    return this.#joined;
  }

  connect(): void {
    if (!this.#over) this.#socket.connect();
  }

  /** Try at once instead of waiting (the network came back, the person pressed "now"). */
  hurry(): void {
    if (this.#over || this.#socket.connected) return;
    clearTimeout(this.#timer);
    this.#socket.connect();
  }

  /** Calls the server. Rejects with CallError: the server's code, `offline` or `timeout`. */
  async call<K extends keyof Calls>(name: K, payload: Calls[K]): Promise<AnswerOf<K>> {
    if (this.#over || !this.#socket.connected) throw new CallError("offline", "There is no connection to the server.");
    let ack: Ack;
    try {
      ack = (await this.#socket.timeout(CALL_WAIT_MS).emitWithAck(name, payload)) as Ack;
    } catch {
      throw new CallError("timeout", "The server did not answer.");
    }
    if (ack.ok) return ack as unknown as AnswerOf<K>;
    throw new CallError(ack.error?.code ?? "internal", ack.error?.message ?? "The server could not do that.");
  }

  /** Ends it from our side; idempotent. */
  close(): void {
    this.#over = true;
    this.#joined = false;
    clearTimeout(this.#timer);
    this.#socket.disconnect();
  }

  /** Cuts the transport as a lost network would (tests and the debug handle). */
  drop(): void {
    this.#socket.io.engine?.close();
  }

  #listen(): void {
    const socket = this.#socket;
    const handlers = this.#handlers;
    socket.on("connect", () => void this.#join());
    socket.on("disconnect", () => {
      this.#lost();
      if (this.#over) return;
      this.#retry();
    });
    socket.on("connect_error", (error: Error & { data?: { code?: string; message?: string } }) => {
      if (this.#over) return;
      const code = error.data?.code;
      if (code !== undefined && FINAL.has(code)) this.#finish(code, error.data?.message ?? error.message, null);
      else this.#retry();
    });
    socket.on("event", (event: RoomEvent) => handlers.onEvent(event));
    socket.on("lobby", (place: LobbyPlace) => handlers.onWaiting(place));
    socket.on("admitted", () => void this.#join());
    socket.on("waiting", (push: { waiting: Waiting[] }) => handlers.onWaitingPeople(push.waiting));
    socket.on("speakers", (speakers: Speakers) => handlers.onSpeakers(speakers));
    socket.on("levels", (levels: Record<string, number>) => handlers.onLevels(levels));
    socket.on("slots", (push: { slots: SlotFact[] }) => handlers.onSlots(push.slots));
    socket.on("quality", (quality: Record<PeerNumber, number>) => handlers.onQuality(quality));
    socket.on("token", (push: { token: string; expires_at: number }) => handlers.onToken(push.token, push.expires_at));
    socket.on("you_speak_muted", () => handlers.onSpeakMuted());
    socket.on("closing", (closing: Closing) => {
      // "restarting" only announces a loss: the socket drops and we come back by ourselves.
      if (closing.code !== "restarting") this.#finish(closing.code, closing.message, closing.actor_name ?? null);
    });
  }

  async #join(): Promise<void> {
    const again = this.#joinedOnce;
    try {
      const ack = await this.call("join", this.#handlers.joinPayload());
      if ("waiting" in ack) {
        this.#tries = 0;
        this.#waiting = true;
        this.#handlers.onWaiting(ack.waiting);
        return;
      }
      this.#joinedOnce = true;
      this.#joined = true;
      this.#waiting = false;
      this.#tries = 0;
      this.#handlers.onJoined(ack, again);
    } catch (error) {
      if (this.#over) return;
      const code = error instanceof CallError ? error.code : "internal";
      if (FINAL.has(code)) {
        this.#finish(code, (error as Error).message, null);
        return;
      }
      if (this.#socket.connected) this.#socket.disconnect();
      this.#retry();
    }
  }

  #lost(): void {
    const was = this.#joined || this.#waiting;
    this.#joined = this.#waiting = false;
    if (was && !this.#over) this.#handlers.onLost();
  }

  #retry(): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    const base = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 4000;
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#socket.connect(), base * (0.6 + Math.random() * 0.8));
  }

  #finish(code: string, message: string, actorName: string | null): void {
    if (this.#over) return;
    this.close();
    this.#handlers.onClosed({ code, message, actorName });
  }
}
