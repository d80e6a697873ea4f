// The player without its page: which tracks are alive, the master clock, waiting, seeking, gaps between fragments.
import { batch, computed, signal } from "@preact/signals";
import { Clock } from "./clock";
import { clockShift } from "./sync";
import { clampToKept, lastStarted, openingMs, partEnd, playableFrom, type Timeline, type Track } from "./timeline";
import { canPlay, TrackFeed } from "./track_feed";
import type { Address } from "./part_files";

const TICK_MS = 50;
/** A track that does not come within this time is left behind. */
const PATIENCE_MS = 8000;
/** Audio elements live from this long before their part begins until it has ended. */
const EARLY_MS = 20_000;
/** Video that is no longer shown stays ready for this long. */
const LINGER_MS = 6000;

export class PlayerEngine {
  /** Recording time, about four times a second while playing; at once after a seek. */
  readonly position = signal(0);
  readonly playing = signal(false);
  /** Playing, but media is missing at the playhead. */
  readonly waiting = signal(false);
  readonly ended = signal(false);
  readonly rate = signal(1);
  readonly volume = signal(1);
  readonly muted = signal(false);
  /** Grows whenever a tile may have to change between picture and avatar. */
  readonly pictures = signal<ReadonlySet<string>>(new Set());
  readonly bufferedTo = signal(0);
  /** Grows when a track's element comes or goes. */
  readonly alive = signal(0);
  readonly failures = signal<readonly string[]>([]);
  readonly busy = computed(() => this.waiting.value && this.playing.value);
  readonly drifts = new Map<string, number>();
  firstFrameAt: number | null = null;
  lastSeekMs: number | null = null;

  readonly #clock = new Clock();
  readonly #feeds = new Map<string, TrackFeed>();
  readonly #unshownSince = new Map<string, number>();
  #shown: ReadonlySet<string> = new Set();
  #main: string | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #waitingSince = 0;
  #seekStarted: number | null = null;
  #startedAt = 0;
  #lastPublished = -Infinity;

  constructor(readonly timeline: Timeline, readonly address: Address, readonly now: () => number = () => performance.now()) {
    this.#clock.set(openingMs(timeline), now());
    this.position.value = this.#clock.at(now());
  }

  open(): void {
    if (this.#timer !== null) return;
    this.#seekStarted = this.now();
    this.#feedTracks(true);
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  /** Recording time now, exact. */
  get ms(): number {
    return this.#clock.at(this.now());
  }

  feed(track: string): TrackFeed | undefined {
    return this.#feeds.get(track);
  }

  feeds(): IterableIterator<TrackFeed> {
    return this.#feeds.values();
  }

  /** Which video tracks are on screen, and which of them is large. All audio always plays. */
  show(tracks: ReadonlySet<string>, main: string | null): void {
    this.#shown = tracks;
    this.#main = main;
    this.#feedTracks(false);
  }

  /** While a seek is under way every arrival counts; else the next tick is soon enough. */
  #progress(): void {
    if (this.#seekStarted !== null && this.#timer !== null) this.tick();
  }

  /** Playback waits for these at `ms`: the large picture and the sound of whoever speaks. The rest joins as it comes. */
  #essential(track: Track, ms: number): boolean {
    if (track.kind === "video") return this.#main === null || track.id === this.#main;
    if (track.purpose === "screen_audio" || this.timeline.speech.size === 0) return true;
    const spans = this.timeline.speech.get(track.person.id);
    const span = spans?.[lastStarted(spans, ms + 1500)];
    return span !== undefined && span.end_ms > ms - 500;
  }

  play(): void {
    if (this.ended.value) this.seek(0);
    this.#waitingSince = this.now();
    batch(() => {
      this.ended.value = false;
      this.playing.value = true;
    });
    this.tick();
  }

  pause(): void {
    this.playing.value = false;
    this.#clock.stop(this.now());
    this.tick();
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  seek(ms: number): void {
    const now = this.now();
    const target = clampToKept(this.timeline, Math.min(ms, this.timeline.durationMs - 1));
    this.#clock.stop(now);
    this.#clock.set(target, now);
    this.#seekStarted = now;
    this.#waitingSince = now;
    batch(() => {
      this.ended.value = false;
      this.position.value = target;
    });
    this.#feedTracks(true);
    this.tick();
  }

  setRate(rate: number): void {
    this.rate.value = rate;
    this.#clock.setRate(rate, this.now());
  }

  setVolume(volume: number, muted: boolean): void {
    this.volume.value = volume;
    this.muted.value = muted;
    for (const feed of this.#feeds.values()) this.#setSound(feed);
  }

  #setSound(feed: TrackFeed): void {
    if (feed.track.kind !== "audio") return;
    feed.element.volume = this.volume.value;
    feed.element.muted = this.muted.value;
  }

  #wanted(track: Track, ms: number): boolean {
    if (!canPlay(track.mime)) return false;
    const near = track.parts.some((part) => ms >= part.start_ms - EARLY_MS && ms < partEnd(part));
    return near && (track.kind === "audio" || this.#shown.has(track.id));
  }

  #feedTracks(jump: boolean): void {
    const ms = this.ms;
    const now = this.now();
    // What playback waits for asks first: connections are few.
    const order = jump ? this.timeline.tracks.toSorted((a, b) => Number(this.#essential(b, ms)) - Number(this.#essential(a, ms))) : this.timeline.tracks;
    for (const track of order) {
      let feed = this.#feeds.get(track.id);
      if (this.#wanted(track, ms)) {
        this.#unshownSince.delete(track.id);
        if (feed === undefined) {
          feed = new TrackFeed(track, this.timeline.durationMs, this.address, this.now, () => this.#progress());
          this.#feeds.set(track.id, feed);
          this.#setSound(feed);
          feed.want(ms, true, this.#essential(track, ms));
          this.alive.value += 1;
        } else feed.want(ms, jump, this.#essential(track, ms));
      } else if (feed !== undefined) {
        const since = this.#unshownSince.get(track.id) ?? now;
        this.#unshownSince.set(track.id, since);
        if (now - since > LINGER_MS) {
          feed.close();
          this.#feeds.delete(track.id);
          this.alive.value += 1;
          this.#unshownSince.delete(track.id);
          this.drifts.delete(track.id);
        }
      }
    }
  }

  #lively(): TrackFeed[] {
    return [...this.#feeds.values()].filter((feed) => feed.track.kind === "audio" || this.#shown.has(feed.track.id));
  }

  tick(): void {
    const now = this.now();
    let ms = this.#clock.at(now);
    const kept = playableFrom(this.timeline, ms);
    if (kept === null) return this.#finish();
    if (kept > ms) return this.seek(kept);
    this.#feedTracks(false);
    const feeds = this.#lively();
    const ready = feeds.every((feed) => !this.#essential(feed.track, ms) || feed.isReady(ms));
    if (ready && this.#seekStarted !== null) {
      this.lastSeekMs = now - this.#seekStarted;
      this.firstFrameAt ??= now;
      this.#seekStarted = null;
    }
    if (this.playing.value) {
      if (ready || now - this.#waitingSince > PATIENCE_MS) {
        if (!this.#clock.running) this.#startedAt = now;
        this.#clock.start(now);
        if (ready) this.#waitingSince = now;
      } else this.#clock.stop(now);
    }
    ms = this.#clock.at(now);
    const clock = { ms, running: this.#clock.running, rate: this.#clock.rate };
    this.drifts.clear();
    for (const feed of feeds) {
      const drift = feed.follow(clock);
      if (drift !== null) this.drifts.set(feed.track.id, drift);
    }
    for (const feed of this.#feeds.values()) if (!feeds.includes(feed)) feed.element.pause();
    this.#moveClock(now);
    this.#publish(now, ms, ready, feeds);
  }

  /** All elements start late by about the same time: then the clock waits for them, not they for the clock. */
  #moveClock(now: number): void {
    if (!this.#clock.running || this.drifts.size === 0) return;
    const shift = clockShift([...this.drifts.values()]);
    const settling = now - this.#startedAt < 1200;
    if (shift !== 0) this.#clock.set(this.#clock.at(now) + (settling ? shift : shift / 8), now);
  }

  #publish(now: number, ms: number, ready: boolean, feeds: readonly TrackFeed[]): void {
    const pictures = new Set(feeds.filter((feed) => feed.track.kind === "video" && feed.hasPicture(ms)).map((feed) => feed.track.id));
    const failures = feeds.filter((feed) => feed.failed !== null).map((feed) => feed.track.id);
    batch(() => {
      this.waiting.value = !ready;
      if (!sameSet(pictures, this.pictures.value)) this.pictures.value = pictures;
      if (failures.length !== this.failures.value.length) this.failures.value = failures;
      if (now - this.#lastPublished > 200 || !this.#clock.running) {
        this.#lastPublished = now;
        this.position.value = ms;
        this.bufferedTo.value = bufferedTo(feeds, ms, this.timeline.durationMs);
      }
    });
  }

  #finish(): void {
    const now = this.now();
    this.#clock.stop(now);
    const end = clampToKept(this.timeline, Infinity);
    this.#clock.set(end, now);
    for (const feed of this.#feeds.values()) feed.element.pause();
    batch(() => {
      this.playing.value = false;
      this.waiting.value = false;
      this.ended.value = true;
      this.position.value = end;
    });
  }
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((one) => b.has(one));

/** Up to where every playing track has media. */
function bufferedTo(feeds: readonly TrackFeed[], ms: number, durationMs: number): number {
  let to = durationMs;
  for (const feed of feeds) {
    const range = feed.buffered.find(([a, b]) => ms >= a - 30 && ms <= b + 1000);
    if (range !== undefined && range[1] < to) to = Math.max(ms, range[1]);
  }
  return feeds.length === 0 ? ms : Math.min(to, durationMs);
}
