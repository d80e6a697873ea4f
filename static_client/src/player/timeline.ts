// The recording as tracks, spans and speakers. Pure: built once from the manifest, asked by time. Times are ms from its start.
import type { Manifest, Part, Person, Purpose, Span } from "./types";

export interface Track {
  /** "participant/purpose". */
  id: string;
  person: Person;
  purpose: Purpose;
  kind: "audio" | "video";
  mime: string;
  /** In order of time, without empty ones. */
  parts: readonly Part[];
}

export interface Timeline {
  durationMs: number;
  people: readonly Person[];
  tracks: readonly Track[];
  /** What can be played: the marked fragments, or everything. */
  kept: readonly Span[];
  fragments: readonly Span[];
  /** Per person, merged, in order of time. */
  speech: ReadonlyMap<string, readonly Span[]>;
  /** Who is on stage when: one at a time, short interjections left out. */
  floor: readonly (Span & { participant: string })[];
}

/** Two utterances of one person closer than this are drawn and jumped to as one. */
const JOIN_MS = 800;
/** Shorter ones do not take the stage. */
const FLOOR_MS = 1200;

export const partEnd = (part: Part): number => part.start_ms + part.duration_ms;

export function buildTimeline(manifest: Manifest): Timeline {
  const people = new Map(manifest.participants.map((one) => [one.id, one]));
  const groups = new Map<string, Part[]>();
  for (const part of manifest.parts) {
    if (part.duration_ms <= 0 || part.bytes <= 0) continue;
    const id = `${part.participant}/${part.purpose}`;
    groups.set(id, [...(groups.get(id) ?? []), part]);
  }
  const tracks = [...groups].map(([id, parts]): Track => {
    const ordered = parts.toSorted((a, b) => a.start_ms - b.start_ms);
    const first = ordered[0] as Part;
    const person = people.get(first.participant) ?? { id: first.participant, number: 0, name: first.participant, role: "speaker", moderator: false, consent: "yes" };
    people.set(person.id, person);
    return { id, person, purpose: first.purpose, kind: first.mime.startsWith("video") ? "video" : "audio", mime: first.mime, parts: ordered };
  });
  const durationMs = Math.max(manifest.duration_ms, ...manifest.parts.map(partEnd), 1);
  const fragments = mergeSpans(manifest.fragments, 0).map((s) => ({ start_ms: Math.max(0, s.start_ms), end_ms: Math.min(durationMs, s.end_ms) })).filter((s) => s.end_ms > s.start_ms);
  const speech = new Map<string, Span[]>();
  for (const one of manifest.speech) speech.set(one.participant, [...(speech.get(one.participant) ?? []), one]);
  const merged = new Map([...speech].map(([id, spans]) => [id, mergeSpans(spans, JOIN_MS)] as const));
  return {
    durationMs,
    people: [...people.values()].toSorted((a, b) => a.number - b.number),
    tracks: tracks.toSorted((a, b) => a.person.number - b.person.number || a.id.localeCompare(b.id)),
    kept: fragments.length > 0 ? fragments : [{ start_ms: 0, end_ms: durationMs }],
    fragments,
    speech: merged,
    floor: buildFloor(merged),
  };
}

export function mergeSpans(spans: readonly Span[], join: number): Span[] {
  const out: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start_ms - b.start_ms)) {
    const last = out.at(-1);
    if (last !== undefined && span.start_ms - last.end_ms <= join) last.end_ms = Math.max(last.end_ms, span.end_ms);
    else out.push({ start_ms: span.start_ms, end_ms: span.end_ms });
  }
  return out;
}

/** Whoever began to speak and goes on holds the floor; the next one gets it when that person pauses. */
function buildFloor(speech: ReadonlyMap<string, readonly Span[]>): (Span & { participant: string })[] {
  const all = [...speech].flatMap(([participant, spans]) => spans.map((span) => ({ ...span, participant })));
  const long = all.filter((span) => span.end_ms - span.start_ms >= FLOOR_MS).toSorted((a, b) => a.start_ms - b.start_ms);
  const out: (Span & { participant: string })[] = [];
  for (const span of long) {
    const last = out.at(-1);
    const start = Math.max(span.start_ms, last?.end_ms ?? 0);
    if (span.end_ms - start < FLOOR_MS) continue;
    if (last?.participant === span.participant) last.end_ms = span.end_ms;
    else out.push({ participant: span.participant, start_ms: start, end_ms: span.end_ms });
  }
  return out;
}

/** Index of the last item whose `start_ms` is at or before `ms`, or -1. */
export function lastStarted(items: readonly { start_ms: number }[], ms: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start_ms ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function partAt(track: Track, ms: number): Part | null {
  const part = track.parts[lastStarted(track.parts, ms)];
  return part !== undefined && ms < partEnd(part) ? part : null;
}

/** The person on stage: who has the floor, or had it last. Before anybody spoke: null. */
export function floorAt(timeline: Timeline, ms: number): string | null {
  return timeline.floor[lastStarted(timeline.floor, ms)]?.participant ?? null;
}

export function speakingAt(timeline: Timeline, ms: number): Set<string> {
  const out = new Set<string>();
  for (const [id, spans] of timeline.speech) {
    const span = spans[lastStarted(spans, ms)];
    if (span !== undefined && ms < span.end_ms) out.add(id);
  }
  return out;
}

/** Start of the next utterance after `ms`; after the last one, the first again. Null: this person never spoke. */
export function nextSpeech(timeline: Timeline, participant: string, ms: number): number | null {
  const spans = timeline.speech.get(participant);
  if (spans === undefined || spans.length === 0) return null;
  return (spans.find((span) => span.start_ms > ms + 250) ?? spans[0])?.start_ms ?? null;
}

export function spokenMs(timeline: Timeline, participant: string): number {
  return (timeline.speech.get(participant) ?? []).reduce((sum, span) => sum + span.end_ms - span.start_ms, 0);
}

/** What is to be said of somebody beside the bars: silent, or not recorded at all or from some time on, and why. */
export type Remark = "silent" | "refused" | "partly" | "unanswered";

export function remarkOn(timeline: Timeline, person: Person): Remark | null {
  const captured = timeline.tracks.some((track) => track.person.id === person.id);
  if (person.consent === "no") return captured ? "partly" : "refused";
  if (person.consent === null && !captured) return "unanswered";
  return spokenMs(timeline, person.id) > 0 ? null : "silent";
}

/** Present: between one's first and last captured moment. */
export function presentAt(timeline: Timeline, ms: number): Person[] {
  const present = new Set<string>();
  for (const track of timeline.tracks) {
    const first = track.parts[0];
    const last = track.parts.at(-1);
    if (first !== undefined && last !== undefined && ms >= first.start_ms && ms < partEnd(last)) present.add(track.person.id);
  }
  return timeline.people.filter((person) => present.has(person.id));
}

/** `ms` itself when it can be played, else the start of the next kept span, else null (the end). */
export function playableFrom(timeline: Timeline, ms: number): number | null {
  for (const span of timeline.kept) {
    if (ms < span.start_ms) return span.start_ms;
    if (ms < span.end_ms) return ms;
  }
  return null;
}

/** Where a seek to `ms` lands: inside what was kept and short of its end. */
export function clampToKept(timeline: Timeline, ms: number): number {
  const inside = playableFrom(timeline, Math.max(0, ms));
  if (inside !== null) return inside;
  const last = timeline.kept.at(-1);
  return last === undefined ? 0 : Math.max(last.start_ms, last.end_ms - 1);
}

/** Where the page opens: a beginning without anybody is passed over, a few seconds without a picture too. */
export function openingMs(timeline: Timeline): number {
  const from = clampToKept(timeline, 0);
  const starts = (kind: "audio" | "video") => timeline.tracks.filter((track) => track.kind === kind).flatMap((track) => track.parts).filter((part) => partEnd(part) > from).map((part) => Math.max(from, part.start_ms));
  const picture = Math.min(...starts("video"), Infinity);
  const anything = Math.min(picture, ...starts("audio"), Infinity);
  const opening = picture - anything < 5000 ? picture : anything;
  return Number.isFinite(opening) ? clampToKept(timeline, opening + 20) : from;
}
