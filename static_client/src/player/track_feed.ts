// One track in the page: a media element, its MediaSource with one SourceBuffer ('segments' mode; each part at its own
// timestampOffset, so that the element's time is the recording's), and the loop that fetches, appends and evicts.
import { withDurations } from "./cluster_durations";
import { correct, SEEK_MS, type Correction } from "./sync";
import { PartFiles, HttpError, type Address } from "./part_files";
import { isReady, Loaded, planEviction, planNext, type FeedState, type PartState } from "./scheduler";
import { partAt, type Track } from "./timeline";

/** A hole shorter than this keeps the last picture; a shared screen that stands still is not a hole at all. */
const HOLD_MS = 2500;
const STILL_MS = 15_000;
const RETRY_MS = 1500;

type Source = MediaSource;
const SourceClass = (): typeof MediaSource | undefined =>
  globalThis.MediaSource ?? (globalThis as unknown as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;

export const canPlay = (mime: string): boolean => SourceClass()?.isTypeSupported(mime) ?? false;

export class TrackFeed {
  readonly element: HTMLMediaElement;
  readonly state: FeedState & { last: { part: string; record: number } | null };
  /** Set when this track cannot be played; the others go on. */
  failed: string | null = null;
  #source: Source;
  #buffer: SourceBuffer | null = null;
  #url: string;
  #closed = new AbortController();
  #fetch: AbortController | null = null;
  #busy = false;
  #part: string | null = null;
  #files = new Map<string, PartFiles>();
  #position = 0;
  #retryAt = 0;
  #lastSeekAt = -Infinity;
  #correcting = false;
  #seekCostMs = 120;
  #measuring = false;
  #playing: Promise<void> | null = null;

  constructor(readonly track: Track, durationMs: number, address: Address, readonly now: () => number, readonly onProgress: () => void) {
    const Class = SourceClass();
    if (Class === undefined) throw new Error("no MediaSource");
    const parts = track.parts.map((part): PartState => {
      const files = new PartFiles(part, address, this.#closed.signal);
      this.#files.set(part.id, files);
      return { part, index: files.index, loaded: new Loaded() };
    });
    this.state = { kind: track.kind, parts, last: null };
    const element = document.createElement(track.kind);
    element.preload = "auto";
    element.disableRemotePlayback = true;
    if (element instanceof HTMLVideoElement) {
      element.muted = true;
      element.playsInline = true;
      element.tabIndex = -1;
      element.disablePictureInPicture = true;
    }
    this.element = element;
    this.#source = new Class();
    this.#url = URL.createObjectURL(this.#source);
    this.#source.addEventListener("sourceopen", () => this.#opened(durationMs), { once: true });
    element.addEventListener("seeked", onProgress);
    element.addEventListener("error", () => this.#fail(element.error?.message ?? "media error"));
    element.src = this.#url;
  }

  #opened(durationMs: number): void {
    URL.revokeObjectURL(this.#url);
    if (this.#closed.signal.aborted) return;
    try {
      this.#source.duration = durationMs / 1000 + 1;
      const buffer = this.#source.addSourceBuffer(this.track.mime);
      buffer.mode = "segments";
      this.#buffer = buffer;
    } catch (cause) {
      this.#fail(String(cause));
    }
    this.#pump();
  }

  #fail(reason: string): void {
    if (!this.#closed.signal.aborted) this.failed ??= reason;
  }

  /** Tells where the playhead is; fetching follows. A jump gives up what is being fetched for elsewhere. */
  want(ms: number, jump: boolean, urgent: boolean): void {
    this.#position = ms;
    for (const files of this.#files.values()) files.priority = urgent ? "high" : "low";
    if (jump) {
      if (!isReady(this.state, ms)) {
        this.#fetch?.abort();
        const part = partAt(this.track, ms);
        if (part !== null) this.#files.get(part.id)?.warm(ms - part.start_ms);
      }
      this.#retryAt = 0;
      this.#lastSeekAt = -Infinity;
      if (this.#covers(ms)) this.#jump(ms);
    }
    this.#pump();
  }

  isReady(ms: number): boolean {
    if (this.failed !== null || !isReady(this.state, ms)) return this.failed !== null;
    if (!this.#covers(ms) || this.#inTail(ms)) return true;
    if (this.element.seeking) return false;
    return Math.abs(this.element.currentTime * 1000 - ms) < SEEK_MS && this.element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  /** Just before a hole: a decoder that has only a few frames left never says that it has enough. */
  #inTail(ms: number): boolean {
    if (this.#source.readyState === "ended") return false;
    const tail = this.track.purpose === "screen" ? 4500 : this.track.kind === "video" ? 800 : 400;
    const range = this.buffered.find(([a, b]) => ms >= a && ms < b);
    return range !== undefined && range[1] - ms < tail && isReady(this.state, range[1] + 1);
  }

  #jump(ms: number): void {
    this.element.currentTime = Math.max(0, ms) / 1000;
    this.#lastSeekAt = this.now();
  }

  #pump(): void {
    if (this.#busy || this.#buffer === null || this.failed !== null || this.#closed.signal.aborted || this.now() < this.#retryAt) return;
    const plan = planNext(this.state, this.#position);
    if (plan === null) return;
    this.#busy = true;
    const work = plan.what === "index" ? this.#loadIndex(plan.part, plan.chunk) : this.#load(plan.part, plan.from, plan.to);
    work.then(
      () => {
        this.#busy = false;
        this.#pump();
        this.onProgress();
      },
      (cause: unknown) => {
        this.#busy = false;
        if (this.#closed.signal.aborted) return;
        if (cause instanceof DOMException && cause.name === "AbortError") return this.#pump();
        if (cause instanceof HttpError && [403, 404, 410].includes(cause.status)) return this.#fail(cause.message);
        this.#retryAt = this.now() + RETRY_MS;
      },
    );
  }

  async #loadIndex(part: PartState, chunk: number): Promise<void> {
    const files = this.#filesOf(part);
    files.warm(Math.max(0, this.#position - part.part.start_ms));
    await files.loadChunk(chunk);
    // An answer without records would be asked for for ever.
    if (part.index.find(0) === null || !part.index.hasChunk(chunk)) part.index.setCount(part.index.count ?? 0);
  }

  #filesOf(part: PartState): PartFiles {
    const files = this.#files.get(part.part.id);
    if (files === undefined) throw new Error("unknown part");
    return files;
  }

  async #load(one: PartState, from: number, to: number): Promise<void> {
    const files = this.#filesOf(one);
    this.#fetch = new AbortController();
    const [init, bytes] = await Promise.all([files.initSegment(), files.clusters(from, to, AbortSignal.any([this.#fetch.signal, this.#closed.signal]))]);
    const buffer = this.#buffer;
    if (buffer === null || this.#closed.signal.aborted) return;
    const follows = this.state.last?.part === one.part.id && this.state.last.record === from - 1;
    if (!follows && this.#source.readyState === "open") buffer.abort();
    if (this.#part !== one.part.id) {
      buffer.timestampOffset = one.part.start_ms / 1000;
      await this.#append(buffer, init);
      this.#part = one.part.id;
    }
    const media = this.track.kind === "video" ? withDurations(bytes, one.index.time(to + 1), this.track.purpose === "screen" ? STILL_MS : HOLD_MS) : bytes;
    try {
      await this.#append(buffer, media);
    } catch (cause) {
      if (!(cause instanceof DOMException && cause.name === "QuotaExceededError")) throw cause;
      await this.#evict(buffer, true);
      await this.#append(buffer, media);
    }
    one.loaded.add(from, to);
    this.state.last = { part: one.part.id, record: to };
    await this.#evict(buffer, false);
    this.#endIfLast(one, to);
  }

  /** After the track's last cluster the decoder is told that no more comes; a later append takes that back. */
  #endIfLast(one: PartState, record: number): void {
    const last = one === this.state.parts.at(-1) && one.index.count !== null && record === one.index.count - 1;
    if (last && this.#source.readyState === "open" && this.#buffer?.updating === false) this.#source.endOfStream();
  }

  async #evict(buffer: SourceBuffer, hard: boolean): Promise<void> {
    for (const old of planEviction(this.state, this.#position)) {
      await this.#remove(buffer, old.startMs / 1000, old.endMs / 1000);
      old.part.loaded.remove(old.from, old.to);
      if (this.state.last?.part === old.part.part.id && !old.part.loaded.has(this.state.last.record)) this.state.last = null;
    }
    if (!hard) return;
    // No room although nothing is old: forget everything and begin at the playhead.
    await this.#remove(buffer, 0, Infinity);
    for (const part of this.state.parts) part.loaded.clear();
    this.state.last = null;
  }

  #append(buffer: SourceBuffer, bytes: ArrayBuffer): Promise<void> {
    return settled(buffer, () => buffer.appendBuffer(bytes));
  }

  #remove(buffer: SourceBuffer, start: number, end: number): Promise<void> {
    return end > start ? settled(buffer, () => buffer.remove(start, end)) : Promise.resolve();
  }

  #covers(ms: number): boolean {
    return this.buffered.some(([a, b]) => ms >= a && ms < b - 1);
  }

  /** Buffered ranges in recording time, ms. */
  get buffered(): [number, number][] {
    const ranges = this.element.buffered;
    return Array.from({ length: ranges.length }, (_, i): [number, number] => [ranges.start(i) * 1000, ranges.end(i) * 1000]);
  }

  /** Whether the picture stands for `ms`: media there, or a hole too short to hide it. */
  hasPicture(ms: number): boolean {
    if (this.failed !== null || partAt(this.track, ms) === null) return false;
    if (this.element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
    if (this.#covers(ms)) return Math.abs(this.element.currentTime * 1000 - ms) < 1000 || this.element.seeking;
    const next = this.#nextStart(ms);
    if (next !== null && next - ms < 400) return true;
    const before = this.buffered.filter(([, b]) => b <= ms).at(-1);
    if (before === undefined) return false;
    const shown = this.element.currentTime * 1000;
    const same = shown >= before[0] - 50 && shown <= ms + 50;
    return same && (this.track.purpose === "screen" || ms - before[1] < HOLD_MS);
  }

  /** One step of synchronisation. Returns the drift in ms while the element plays, else null. */
  follow(clock: { ms: number; running: boolean; rate: number }): number | null {
    const element = this.element;
    if (this.#buffer === null || this.failed !== null) return null;
    const now = this.now();
    const covered = this.#covers(clock.ms);
    const next = covered ? null : this.#nextStart(clock.ms);
    const atMs = element.currentTime * 1000;
    const step: Correction = correct(
      { kind: this.track.kind, atMs, correcting: this.#correcting, lastSeekAt: this.#lastSeekAt, covered, nextStartMs: next },
      clock, now,
    );
    this.#correcting = step.correcting;
    // The clock runs on while the element seeks; the jump goes as far ahead as the last ones took.
    const lead = step.seekTo !== null && clock.running && covered ? this.#seekCostMs * clock.rate : 0;
    if (step.seekTo !== null) this.#jump(step.seekTo + lead);
    if (lead > 0) this.#measuring = true;
    if (Math.abs(element.playbackRate - step.rate) > 0.001) element.playbackRate = step.rate;
    if (!step.play && !element.paused) element.pause();
    if (step.play && element.paused && this.#playing === null) {
      this.#playing = element.play().then(() => undefined, () => undefined).finally(() => {
        this.#playing = null;
      });
    }
    const moves = step.play && covered && !element.paused && !element.seeking && step.seekTo === null && element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    if (moves && this.#measuring) {
      this.#seekCostMs = Math.max(0, Math.min(800, this.#seekCostMs - (atMs - clock.ms) / clock.rate));
      this.#measuring = false;
    }
    return moves ? atMs - clock.ms : null;
  }

  #nextStart(ms: number): number | null {
    const next = this.buffered.find(([a]) => a > ms);
    return next === undefined || next[0] - ms > 5000 ? null : next[0] + 1;
  }

  close(): void {
    this.#closed.abort();
    this.#fetch?.abort();
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load();
    this.element.remove();
  }
}

/** Runs one operation of a SourceBuffer and waits for its end. */
function settled(buffer: SourceBuffer, run: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", failed);
      resolve();
    };
    const failed = () => {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", failed);
      reject(new Error("the media could not be read"));
    };
    buffer.addEventListener("updateend", done);
    buffer.addEventListener("error", failed);
    try {
      run();
    } catch (cause) {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", failed);
      reject(cause instanceof Error || cause instanceof DOMException ? cause : new Error(String(cause)));
    }
  });
}
