// One meeting from the first join to the last word: owns the socket, the media link and our own tracks, and offers the
// room as signals and the acts as methods. What the server says is the truth; our tracks follow it.

import { batch, computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { JoinAnswer } from "../app/entry";
import { LocalMedia } from "./local_media";
import { OwnMedia } from "./own_media";
import { MediaLink, type MediaState } from "./media";
import { CallError, type Calls, type AnswerOf, type Consent, type JoinAck, type LobbyPlace, type Mode, type Participant, type PeerNumber, type RoomEvent, type SlotFact, type Speakers, type ViewTile } from "./protocol";
import { apply, fromJoin, self, type RoomState } from "./room_state";
import { clearSession, saveSession, type StoredSession } from "./session_store";
import { Signaling } from "./signaling";
import type { MediaSlot } from "./slot";
import { computeView, ViewSender, type ShownTile } from "./view";

export interface ConferenceOptions {
  answer: JoinAnswer;
  name: string;
  /** Where this person came from. */
  back: string;
  consent: Consent;
  mode: Mode;
  /** Live tracks of the pre-join page; null: off. */
  mic: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  micId: string | null;
  cameraId: string | null;
  micOn: boolean;
  cameraOn: boolean;
  phone: boolean;
  /** The last media connection of this tab (after a reload). */
  connection?: number;
}

export type LinkState =
  | { kind: "connecting" }
  | { kind: "joined" }
  | { kind: "lost"; since: number; graceS: number }
  | { kind: "closed"; code: string; message: string; actorName: string | null };

/** Things that happened and are worth telling, besides the room's events. */
export type LocalNotice = "speaking_muted" | "mic_silent" | "mic_lost" | "camera_lost" | "back_again" | "share_ended";

export interface ConferenceListener {
  onEvent(event: RoomEvent, before: RoomState, after: RoomState): void;
  onNotice(notice: LocalNotice): void;
}

const MAX_VIDEO_SLOTS = 25;
const VOICE_NOTICE_EVERY_MS = 15_000;
const LEAVE_WAIT_MS = 1500;

export class Conference {
  readonly room: Signal<RoomState | null> = signal(null);
  readonly link: Signal<LinkState> = signal({ kind: "connecting" });
  /** Our place before the door; null once we are in (or never had to wait). */
  readonly waiting: Signal<LobbyPlace | null> = signal(null);
  readonly media: Signal<MediaState> = signal("idle");
  readonly slots: Signal<ReadonlyMap<string, MediaSlot>> = signal(new Map());
  /** What signaling says is in each slot, by mid. */
  readonly bindings: Signal<ReadonlyMap<string, SlotFact>> = signal(new Map());
  readonly speakers: Signal<Speakers> = signal({ active: [], dominant: null });
  readonly levels: Signal<Readonly<Record<string, number>>> = signal({});
  readonly quality: Signal<ReadonlyMap<PeerNumber, number>> = signal(new Map());
  /** Server time minus ours. */
  readonly clockOffset: Signal<number> = signal(0);
  readonly me: ReadonlySignal<Participant | undefined> = computed(() => {
    const room = this.room.value;
    return room === null ? undefined : self(room);
  });
  readonly local: LocalMedia;
  /** Microphone, camera, screen: on, off, which device. */
  readonly own: OwnMedia;
  readonly #options: ConferenceOptions;
  readonly #signaling: Signaling;
  readonly #mediaLink: MediaLink;
  readonly #view: ViewSender;
  readonly #listeners = new Set<ConferenceListener>();
  #stored: StoredSession;
  #graceS = 30;
  #enter: () => void = () => undefined;
  readonly #firstJoin = new Promise<void>((resolve) => {
    this.#enter = resolve;
  });
  #voiceNoticeAt = 0;
  #returning: boolean;

  constructor(options: ConferenceOptions) {
    this.#options = options;
    this.#returning = options.connection !== undefined;
    this.#stored = {
      token: options.answer.token, expiresAt: options.answer.expires_at, conference: options.answer.conference,
      name: options.name, consent: options.consent, mode: options.mode, mic: options.micOn, camera: options.cameraOn,
      connection: options.connection ?? 0, back: options.back,
    };
    saveSession(this.#stored);
    this.local = new LocalMedia({
      onEnded: (kind) => void this.own.ended(kind),
      onVoice: () => this.#voice(),
      onSilence: () => {
        if (this.me.peek()?.mic.on === true) this.#tell("mic_silent");
      },
    });
    this.local.adopt(options.mic, options.camera);
    this.own = new OwnMedia(
      {
        local: this.local,
        me: () => this.me.peek(),
        act: (name, payload) => this.act(name, payload),
        send: (purpose, track) => this.#mediaLink.send(purpose, track),
        tell: (notice) => this.#tell(notice),
      },
      options.micId,
      options.cameraId,
    );
    this.#signaling = new Signaling(() => this.#stored.token, {
      joinPayload: () => this.#joinPayload(),
      onJoined: (ack, again) => void this.#joined(ack, again),
      onWaiting: (place) => batch(() => {
        this.waiting.value = place;
        if (this.link.peek().kind === "lost") this.link.value = { kind: "connecting" };
      }),
      onWaitingPeople: (waiting) => {
        const room = this.room.peek();
        if (room !== null) this.room.value = { ...room, waiting };
      },
      onLost: () => this.#lost(),
      onEvent: (event) => this.#event(event),
      onSpeakers: (speakers) => (this.speakers.value = speakers),
      onLevels: (levels) => (this.levels.value = levels),
      onSlots: (slots) => this.#bound(slots),
      onQuality: (quality) => this.#rated(quality),
      onToken: (token, expiresAt) => this.#store({ token, expiresAt }),
      onSpeakMuted: () => this.#voice(),
      onClosed: (closing) => this.#closed(closing.code, closing.message, closing.actorName),
    });
    this.#mediaLink = new MediaLink(
      { audio: 3, video: options.phone ? 4 : 6, screen: 1 },
      {
        offer: async (payload) => {
          await this.#firstJoin;
          return (await this.#signaling.call("offer", payload)).sdp;
        },
        nextConnection: () => {
          this.#store({ connection: this.#stored.connection + 1 });
          return this.#stored.connection;
        },
        onState: (state) => {
          this.media.value = state;
          if (state === "connected") this.#view.repeat();
        },
        onSlots: (slots) => this.#slotsChanged(slots),
      },
    );
    this.#view = new ViewSender((tiles: ViewTile[]) => this.#signaling.call("view", { tiles }));
  }

  /** The offer is made while the socket connects: it is ready when the server has let us in. */
  start(): void {
    this.#signaling.connect();
    void this.#mediaLink.connect();
  }

  listen(listener: ConferenceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Any act of PROTOCOL.md section 3. Rejects with CallError. */
  act<K extends keyof Calls>(name: K, payload: Calls[K]): Promise<AnswerOf<K>> {
    return this.#signaling.call(name, payload);
  }

  hurry(): void {
    this.#signaling.hurry();
    if (this.#signaling.joined) this.#mediaLink.ensure();
  }

  async answerConsent(consent: "yes" | "no"): Promise<void> {
    this.#store({ consent });
    await this.act("consent", { consent });
  }

  /** What the page shows; more video lines are asked for, three at a time, when the gallery has more cameras than slots. */
  show(tiles: readonly ShownTile[]): void {
    const view = computeView(tiles, window.devicePixelRatio);
    this.#view.update(view);
    const cameras = view.filter((tile) => tile.source.endsWith("/camera")).length;
    void this.#mediaLink.grow(Math.min(MAX_VIDEO_SLOTS, Math.ceil(cameras / 3) * 3));
  }

  /** Devices go at once; the server is told, but a connection that hangs keeps nobody in the room. */
  async leave(): Promise<void> {
    this.local.close();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LEAVE_WAIT_MS);
    });
    await Promise.race([this.act("leave", {}).catch(() => undefined), enough]);
    clearTimeout(timer);
    this.#closed("left", "", null);
  }

  async endForAll(): Promise<void> {
    await this.act("end", {});
  }

  /** For tests: numbers and copies, nothing that acts on the meeting but a simulated loss of the network. */
  debug(): Record<string, unknown> {
    return {
      state: () => {
        const room = this.room.peek();
        return room === null ? null : { ...room, participants: [...room.participants.values()] };
      },
      link: () => this.link.peek(),
      media: () => this.media.peek(),
      bindings: () => [...this.bindings.peek().values()],
      slots: () => [...this.slots.peek().values()].map((slot) => ({ mid: slot.mid, purpose: slot.purpose, heard: slot.heard() })),
      speakers: () => this.speakers.peek(),
      levels: () => this.levels.peek(),
      quality: () => Object.fromEntries(this.quality.peek()),
      view: () => this.#view.current,
      offers: () => this.#mediaLink.offers,
      connection: () => this.#mediaLink.connection,
      getStats: async () => {
        const report = await this.#mediaLink.stats();
        return report === null ? [] : [...(report as unknown as Map<string, unknown>).values()];
      },
      dropSocket: () => this.#signaling.drop(),
      call: <K extends keyof Calls>(name: K, payload: Calls[K]) => this.#signaling.call(name, payload),
    };
  }

  stats(): Promise<RTCStatsReport> | null {
    return this.#mediaLink.stats();
  }

  close(): void {
    this.#signaling.close();
    this.#mediaLink.close();
    this.#view.close();
    this.local.close();
  }

  #joinPayload(): Calls["join"] {
    const me = this.me.peek();
    const live = (track: MediaStreamTrack | null): boolean => track !== null && track.readyState === "live";
    const first = me === undefined;
    return {
      consent: this.#stored.consent,
      mode: this.#stored.mode,
      mic: first ? this.#stored.mic && (this.#returning || live(this.local.mic.peek())) : me.mic.on,
      camera: first ? this.#stored.camera && (this.#returning || live(this.local.camera.peek())) : me.camera.on,
      screen: live(this.local.screen.peek()),
      since: this.room.peek()?.seq ?? null,
    };
  }

  async #joined(ack: JoinAck, again: boolean): Promise<void> {
    const before = this.room.peek();
    this.#graceS = ack.grace_s;
    batch(() => {
      this.clockOffset.value = ack.room.now - Date.now();
      this.room.value = fromJoin(ack);
      this.waiting.value = null;
      this.link.value = { kind: "joined" };
    });
    const after = this.room.peek();
    if (before !== null && after !== null) {
      for (const event of ack.missed) for (const one of this.#listeners) one.onEvent(event, before, after);
    }
    this.#remember();
    if (again) this.#tell("back_again");
    this.#view.repeat();
    // A server that was restarted no longer holds our transport: a new one at once, not after ICE has noticed.
    if (!again) this.#enter();
    else if (ack.connection !== null && ack.connection === this.#mediaLink.connection) this.#mediaLink.ensure();
    else void this.#mediaLink.connect();
    if (!again && this.#returning) {
      this.#returning = false;
      await this.own.reopen();
    }
    await this.own.follow();
  }

  #lost(): void {
    this.link.value = { kind: "lost", since: Date.now(), graceS: this.#graceS };
  }

  #event(event: RoomEvent): void {
    const before = this.room.peek();
    if (before === null || event.seq <= before.seq) return;
    const after = apply(before, event);
    this.room.value = after;
    for (const one of this.#listeners) one.onEvent(event, before, after);
    if (event.type === "participant_changed" && event.id === after.you) {
      // Just muted by a moderator in the middle of a word: that notice is enough.
      if (event.set.mic !== undefined) this.#voiceNoticeAt = Date.now() - VOICE_NOTICE_EVERY_MS + 3000;
      this.#remember();
      void this.own.follow();
    }
  }

  #bound(facts: readonly SlotFact[]): void {
    const bindings = new Map(this.bindings.peek());
    for (const fact of facts) bindings.set(fact.mid, fact);
    this.bindings.value = bindings;
  }

  #slotsChanged(slots: ReadonlyMap<string, MediaSlot>): void {
    batch(() => {
      this.slots.value = slots;
      // The next connection numbers its lines anew: what was said of the old ones is void.
      if (slots.size === 0) this.bindings.value = new Map();
    });
  }

  #rated(quality: Readonly<Record<string, number>>): void {
    const all = new Map(this.quality.peek());
    for (const [number, value] of Object.entries(quality)) all.set(Number(number), value);
    this.quality.value = all;
  }

  #voice(): void {
    const me = this.me.peek();
    if (me === undefined || me.mic.on || me.mode === "listen") return;
    const now = Date.now();
    if (now - this.#voiceNoticeAt < VOICE_NOTICE_EVERY_MS) return;
    this.#voiceNoticeAt = now;
    this.#tell("speaking_muted");
  }

  #tell(notice: LocalNotice): void {
    for (const one of this.#listeners) one.onNotice(notice);
  }

  #remember(): void {
    const me = this.me.peek();
    if (me !== undefined) this.#store({ mic: me.mic.on, camera: me.camera.on, mode: me.mode, consent: me.consent });
  }

  #store(change: Partial<StoredSession>): void {
    this.#stored = { ...this.#stored, ...change };
    if (this.link.peek().kind !== "closed") saveSession(this.#stored);
  }

  #closed(code: string, message: string, actorName: string | null): void {
    if (this.link.peek().kind === "closed") return;
    this.link.value = { kind: "closed", code, message, actorName };
    // Replaced by the same person in another tab or after a duplicate: the token stays with whoever holds it now.
    if (code !== "replaced") clearSession();
    this.close();
  }

  get options(): Readonly<ConferenceOptions> {
    return this.#options;
  }
}

export { CallError };
