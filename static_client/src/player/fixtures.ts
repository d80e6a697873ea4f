// Manifests and indexes for tests.
import { RECORD_BYTES } from "./cluster_index";
import type { Manifest, Part } from "./types";

export const part = (over: Partial<Part> & Pick<Part, "id">): Part => ({
  participant: "a", purpose: "camera", mime: 'video/webm; codecs="vp8"', start_ms: 0, duration_ms: 10_000, bytes: 100_000, width: 640, height: 360, ...over,
});

export const sound = (over: Partial<Part> & Pick<Part, "id">): Part => part({ purpose: "mic", mime: 'audio/webm; codecs="opus"', width: null, height: null, ...over });

export function manifest(over: Partial<Manifest> = {}): Manifest {
  return {
    recording: { id: "r", conference_id: "c", title: "Council", started_at: 0, ended_at: 1, state: "ready", bytes: 1, duration_ms: 100_000, fragments: 0, days_left: 14, expires_at: 2, receipt: null },
    participants: ["a", "b", "c"].map((id, i) => ({ id, number: i + 1, name: id.toUpperCase(), role: "speaker", moderator: i === 0, consent: "yes" })),
    parts: [], fragments: [], speech: [], chat: [], duration_ms: 100_000, ...over,
  };
}

/** Index bytes: one record per [ms, keyframe?]; clusters are 1000 bytes, the first after an initialisation segment of 300. */
export function indexBytes(records: readonly (readonly [number, boolean])[], first = 300): ArrayBuffer {
  const bytes = new ArrayBuffer(records.length * RECORD_BYTES);
  const view = new DataView(bytes);
  for (const [i, [ms, key]] of records.entries()) {
    view.setUint32(i * RECORD_BYTES, ms, true);
    view.setUint32(i * RECORD_BYTES + 4, key ? 1 : 0, true);
    view.setBigUint64(i * RECORD_BYTES + 8, BigInt(first + i * 1000), true);
  }
  return bytes;
}

/** `seconds` clusters of one second, a keyframe every `every`. */
export const steady = (seconds: number, every = 5): [number, boolean][] => Array.from({ length: seconds }, (_, i) => [i * 1000, i % every === 0]);
