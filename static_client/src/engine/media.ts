// One RTCPeerConnection for the whole meeting (design: one offer, one answer). Uplink lines are made once and filled
// with replaceTrack; downlink lines are slots whose content the server changes. Offered again are only more slots, when more
// cameras are on screen than ever before, and a new connection when the transport is dead (PROTOCOL.md says it of `offer`).

import { narrow } from "./codecs";
import { MediaSlot } from "./slot";
import type { Calls, SlotPurpose, UplinkPurpose } from "./protocol";

const DISCONNECTED_MS = 4000;
const CONNECT_WITHIN_MS = 10_000;
const RETRY_MS = [500, 1500, 4000, 8000, 12_000];
const UPLINKS: readonly UplinkPurpose[] = ["mic", "camera", "screen", "screen_audio"];

export const CAMERA_ENCODINGS: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000, active: true },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000, active: true },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_700_000, active: true },
];

/** Chromium sends at most two layers of a camera below 960x540 and would leave out the full one: then two are enough. */
export function cameraLayers(height: number): readonly { scaleResolutionDownBy: number; active: boolean }[] {
  const scales = height < 540 ? [2, 1, 1] : [4, 2, 1];
  return scales.map((scaleResolutionDownBy, index) => ({ scaleResolutionDownBy, active: height >= 540 || index < 2 }));
}

export type MediaState = "idle" | "connecting" | "connected" | "interrupted";

export interface MediaHandlers {
  /** Sends the offer and gives the server's answer. */
  offer(payload: Calls["offer"]): Promise<string>;
  /** The number of the next connection; remembered over reloads. */
  nextConnection(): number;
  onState(state: MediaState): void;
  /** The set of slots changed (new connection, or grown). */
  onSlots(slots: ReadonlyMap<string, MediaSlot>): void;
}

export interface SlotCounts {
  audio: number;
  video: number;
  screen: number;
}

export class MediaLink {
  readonly #handlers: MediaHandlers;
  readonly #counts: SlotCounts;
  readonly #tracks = new Map<UplinkPurpose, MediaStreamTrack | null>();
  readonly #uplinks = new Map<UplinkPurpose, RTCRtpTransceiver>();
  #slots = new Map<string, MediaSlot>();
  #pc: RTCPeerConnection | null = null;
  #connection = 0;
  /** Video slots that the page has asked for. */
  #wanted = 0;
  #state: MediaState = "idle";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #negotiating = false;
  #closed = false;
  /** Offers sent since the page was loaded; shown to tests. */
  offers = 0;

  constructor(counts: SlotCounts, handlers: MediaHandlers) {
    this.#counts = { ...counts };
    this.#handlers = handlers;
  }

  get state(): MediaState {
    return this.#state;
  }

  get slots(): ReadonlyMap<string, MediaSlot> {
    return this.#slots;
  }

  get connection(): number {
    return this.#connection;
  }

  stats(): Promise<RTCStatsReport> | null {
    return this.#pc?.getStats() ?? null;
  }

  /** A fresh connection: the first, or the next when the old one is dead. Failures are retried with growing waits. */
  async connect(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#discard();
    this.#set("connecting");
    const pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.#pc = pc;
    this.#connection = this.#handlers.nextConnection();
    this.#counts.video = Math.max(this.#counts.video, this.#wanted);
    this.#addUplinks(pc);
    this.#addSlots(pc, "slot_audio", this.#counts.audio);
    this.#addSlots(pc, "slot_video", this.#counts.video);
    this.#addSlots(pc, "slot_screen", this.#counts.screen);
    this.#addSlots(pc, "slot_screen_audio", this.#counts.screen);
    this.#watch(pc);
    try {
      await this.#negotiate(pc);
      for (const [purpose, track] of this.#tracks) if (track !== null) await this.#attach(purpose, track);
    } catch {
      if (pc === this.#pc) this.#later();
      return;
    }
    if (pc === this.#pc && this.#state === "connecting") this.#timer = setTimeout(() => this.#later(), CONNECT_WITHIN_MS);
  }

  /** So many video slots are needed on screen; there are never fewer than before. Asked while no second offer can be
      made (before the connection stands, while another is under way), it is made as soon as one can. */
  async grow(video: number): Promise<void> {
    this.#wanted = video;
    const pc = this.#pc;
    if (pc === null || this.#negotiating || this.#state !== "connected" || video <= this.#counts.video) return;
    this.#addSlots(pc, "slot_video", video - this.#counts.video);
    this.#counts.video = video;
    try {
      await this.#negotiate(pc);
    } catch {
      if (pc === this.#pc) this.#later();
    }
  }

  /** What is sent on a line from now on; null sends nothing. No negotiation. */
  async send(purpose: UplinkPurpose, track: MediaStreamTrack | null): Promise<void> {
    this.#tracks.set(purpose, track);
    if (this.#uplinks.has(purpose)) await this.#attach(purpose, track);
  }

  /** Is the transport usable? If not, a new one is made at once (after a restart of the server, or a changed network). */
  ensure(): void {
    if (this.#state === "connected" || this.#closed) return;
    this.#tries = 0;
    void this.connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#discard();
    this.#set("idle");
  }

  #addUplinks(pc: RTCPeerConnection): void {
    for (const purpose of UPLINKS) {
      const kind = purpose === "camera" || purpose === "screen" ? "video" : "audio";
      const init: RTCRtpTransceiverInit = { direction: "sendonly" };
      if (purpose === "camera") init.sendEncodings = CAMERA_ENCODINGS.map((one) => ({ ...one }));
      if (purpose === "screen") init.sendEncodings = [{ maxBitrate: 2_500_000 }];
      const line = pc.addTransceiver(kind, init);
      narrow(line, kind, "send");
      this.#uplinks.set(purpose, line);
    }
  }

  #addSlots(pc: RTCPeerConnection, purpose: SlotPurpose, count: number): void {
    const kind = purpose === "slot_audio" || purpose === "slot_screen_audio" ? "audio" : "video";
    for (let i = 0; i < count; i += 1) {
      const line = pc.addTransceiver(kind, { direction: "recvonly" });
      narrow(line, kind, "receive");
      this.#fresh.push({ line, purpose });
    }
  }

  /** Slot lines that have no mid yet: it is given by setLocalDescription. */
  #fresh: { line: RTCRtpTransceiver; purpose: SlotPurpose }[] = [];

  async #negotiate(pc: RTCPeerConnection): Promise<void> {
    this.#negotiating = true;
    try {
      await pc.setLocalDescription(await pc.createOffer());
      const slots = new Map(this.#slots);
      for (const { line, purpose } of this.#fresh) {
        if (line.mid !== null) slots.set(line.mid, new MediaSlot(line.mid, purpose, line.receiver));
      }
      this.#fresh = [];
      const lines: Calls["offer"]["lines"] = {};
      for (const [purpose, line] of this.#uplinks) if (line.mid !== null) lines[line.mid] = purpose;
      for (const [mid, slot] of slots) lines[mid] = slot.purpose;
      this.offers += 1;
      const answer = await this.#handlers.offer({
        connection: this.#connection,
        sdp: pc.localDescription?.sdp ?? "",
        lines,
      });
      if (pc !== this.#pc) return;
      // Shown before the answer is applied: the server's first `slots` may be here already.
      this.#slots = slots;
      this.#handlers.onSlots(slots);
      await pc.setRemoteDescription({ type: "answer", sdp: answer });
    } finally {
      if (pc === this.#pc) this.#negotiating = false;
    }
    void this.grow(this.#wanted);
  }

  async #attach(purpose: UplinkPurpose, track: MediaStreamTrack | null): Promise<void> {
    const line = this.#uplinks.get(purpose);
    if (line === undefined) return;
    try {
      if (purpose === "camera" && track !== null) await this.#fitCamera(line.sender, track);
      await line.sender.replaceTrack(track);
    } catch {
      // The connection was closed meanwhile: the next one takes the track from the table.
    }
  }

  async #fitCamera(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    const layers = cameraLayers(track.getSettings().height ?? 720);
    const parameters = sender.getParameters();
    if (parameters.encodings.length !== layers.length) return;
    const same = parameters.encodings.every((one, i) => one.scaleResolutionDownBy === layers[i]?.scaleResolutionDownBy && one.active === layers[i]?.active);
    if (same) return;
    parameters.encodings = parameters.encodings.map((one, i) => ({ ...one, ...layers[i] }));
    await sender.setParameters(parameters).catch(() => undefined);
  }

  #watch(pc: RTCPeerConnection): void {
    const look = (): void => {
      if (pc !== this.#pc) return;
      const ice = pc.iceConnectionState;
      if (pc.connectionState === "failed" || ice === "failed") this.#later();
      else if (ice === "disconnected") {
        this.#set("interrupted");
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#later(), DISCONNECTED_MS);
      } else if (pc.connectionState === "connected") {
        clearTimeout(this.#timer);
        this.#tries = 0;
        this.#set("connected");
        void this.grow(this.#wanted);
      }
    };
    pc.addEventListener("iceconnectionstatechange", look);
    pc.addEventListener("connectionstatechange", look);
  }

  /** The connection is of no use: another one after a wait that grows with each failure. */
  #later(): void {
    if (this.#closed) return;
    this.#discard();
    this.#set("interrupted");
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 12_000;
    this.#tries += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.connect(), wait * (0.7 + Math.random() * 0.6));
  }

  #discard(): void {
    this.#pc?.close();
    this.#pc = null;
    this.#uplinks.clear();
    this.#fresh = [];
    if (this.#slots.size > 0) {
      this.#slots = new Map();
      this.#handlers.onSlots(this.#slots);
    }
  }

  #set(state: MediaState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#handlers.onState(state);
  }
}
