// What one track fetches next and what it may forget. Pure: the playhead, the parts, their indexes and what is loaded, in;
// one plan out. Media is appended in runs; a run that does not follow the last appended cluster begins at a keyframe.
import { CHUNK_RECORDS, type ClusterIndex } from "./cluster_index";
import { partEnd } from "./timeline";
import type { Part } from "./types";

/** Buffer this far ahead of the playhead, keep this far behind it and no more than that far ahead. */
export const AHEAD_MS = 20_000;
export const BEHIND_MS = 30_000;
export const FAR_MS = 90_000;
/** The first fetch after a seek is short, so that the picture comes soon; later ones are longer. */
export const FIRST_MS = 2_500;
export const RUN_MS = 7_000;

/** Records of a part that are in the buffer. Ranges are inclusive, sorted, disjoint. */
export class Loaded {
  #ranges: [number, number][] = [];

  get ranges(): readonly (readonly [number, number])[] {
    return this.#ranges;
  }

  has(record: number): boolean {
    return this.#ranges.some(([a, b]) => record >= a && record <= b);
  }

  add(from: number, to: number): void {
    const out: [number, number][] = [];
    let [a, b] = [from, to];
    for (const range of this.#ranges) {
      if (range[1] < a - 1 || range[0] > b + 1) out.push(range);
      else [a, b] = [Math.min(a, range[0]), Math.max(b, range[1])];
    }
    out.push([a, b]);
    this.#ranges = out.toSorted((x, y) => x[0] - y[0]);
  }

  remove(from: number, to: number): void {
    this.#ranges = this.#ranges.flatMap(([a, b]): [number, number][] => {
      if (b < from || a > to) return [[a, b]];
      const rest: [number, number][] = [];
      if (a < from) rest.push([a, from - 1]);
      if (b > to) rest.push([to + 1, b]);
      return rest;
    });
  }

  clear(): void {
    this.#ranges = [];
  }
}

export interface PartState { part: Part; index: ClusterIndex; loaded: Loaded }

export interface FeedState {
  kind: "audio" | "video";
  parts: readonly PartState[];
  /** The cluster appended last: what follows it needs no keyframe. */
  last: { part: string; record: number } | null;
}

export type Plan =
  | { what: "index"; part: PartState; chunk: number }
  | { what: "media"; part: PartState; from: number; to: number }
  | null;

/** Does the track have all that can be shown at `ms`? True where it has no part. */
export function isReady(state: FeedState, ms: number): boolean {
  const at = state.parts.find(({ part }) => ms >= part.start_ms && ms < partEnd(part));
  if (at === undefined) return true;
  const found = at.index.find(ms - at.part.start_ms);
  if (found === null) return true;
  return "record" in found && at.loaded.has(found.record);
}

export function planNext(state: FeedState, ms: number, aheadMs = AHEAD_MS): Plan {
  for (const one of state.parts) {
    if (partEnd(one.part) <= ms) continue;
    if (one.part.start_ms >= ms + aheadMs) return null;
    const plan = planPart(state, one, Math.max(0, ms - one.part.start_ms), ms + aheadMs - one.part.start_ms);
    if (plan !== null) return plan;
  }
  return null;
}

/** `fromMs` and `untilMs` count from the part's start. */
function planPart(state: FeedState, one: PartState, fromMs: number, untilMs: number): Plan {
  const { index, loaded } = one;
  const found = index.find(fromMs);
  if (found === null) return null;
  if ("chunk" in found) return { what: "index", part: one, chunk: found.chunk };
  let missing = found.record;
  while (loaded.has(missing)) missing += 1;
  if (index.count !== null && missing >= index.count) return null;
  const time = index.time(missing);
  if (time === null) return { what: "index", part: one, chunk: Math.floor(missing / CHUNK_RECORDS) };
  if (time >= untilMs && missing > found.record) return null;

  let from = missing;
  const follows = state.last?.part === one.part.id && state.last.record === missing - 1;
  if (state.kind === "video" && !follows) {
    const key = index.keyBefore(missing);
    if ("chunk" in key) return { what: "index", part: one, chunk: key.chunk };
    from = key.record;
  }
  const urgent = missing === found.record;
  const goal = urgent ? fromMs + FIRST_MS : time + RUN_MS;
  let to = missing;
  for (;;) {
    const next = index.time(to + 1);
    if (next === null || next >= goal || loaded.has(to + 1)) break;
    to += 1;
  }
  // The end of a run is where the next cluster begins, so that one must be known.
  if (to + 1 !== index.count && index.offset(to + 1) === null) return { what: "index", part: one, chunk: Math.floor((to + 1) / CHUNK_RECORDS) };
  return { what: "media", part: one, from, to };
}

/** Records to forget, and the time range (of the recording) that goes with them. Cuts only before keyframes. */
export function planEviction(state: FeedState, ms: number): { part: PartState; from: number; to: number; startMs: number; endMs: number }[] {
  const out: { part: PartState; from: number; to: number; startMs: number; endMs: number }[] = [];
  for (const one of state.parts) {
    const { index, loaded, part } = one;
    const first = loaded.ranges[0];
    const last = loaded.ranges.at(-1);
    if (first === undefined || last === undefined) continue;
    const local = ms - part.start_ms;
    if (partEnd(part) < ms - BEHIND_MS || part.start_ms > ms + FAR_MS) {
      out.push({ part: one, from: first[0], to: last[1], startMs: part.start_ms, endMs: partEnd(part) });
      continue;
    }
    const keepFrom = index.find(Math.max(0, local - BEHIND_MS));
    if (keepFrom !== null && "record" in keepFrom && keepFrom.record > first[0]) {
      const key = state.kind === "audio" ? keepFrom : index.keyBefore(keepFrom.record);
      if ("record" in key && key.record > first[0]) {
        out.push({ part: one, from: first[0], to: key.record - 1, startMs: part.start_ms, endMs: part.start_ms + (index.time(key.record) ?? 0) });
      }
    }
    const far = index.find(Math.max(0, local + FAR_MS));
    if (far !== null && "record" in far && last[1] > far.record) {
      const start = index.time(far.record + 1);
      if (start !== null) out.push({ part: one, from: far.record + 1, to: last[1], startMs: part.start_ms + start, endMs: partEnd(part) });
    }
  }
  return out;
}
