// A part's cluster index: 16-byte records (time u32, flags u32, offset u64, little endian), one per cluster of about a second.
// Loaded in chunks, because a long part has thousands and a seek needs a handful. Pure: bytes in, answers out; "which
// chunk is missing" is an answer too.

export const RECORD_BYTES = 16;
export const CHUNK_RECORDS = 512;
const KEYFRAME = 1;

interface Chunk { times: Uint32Array; flags: Uint32Array; offsets: Float64Array }

/** Either the record, or the chunk that must be loaded before it can be told. */
export type Found = { record: number } | { chunk: number };

export class ClusterIndex {
  #count: number | null = null;
  readonly #chunks = new Map<number, Chunk>();

  /** `guessed` is used until the true number of records is known. */
  constructor(readonly guessed: number) {}

  get count(): number | null {
    return this.#count;
  }

  setCount(records: number): void {
    this.#count = Math.max(0, Math.floor(records));
  }

  hasChunk(chunk: number): boolean {
    return this.#chunks.has(chunk);
  }

  /** Takes the bytes of a chunk. A torn last record is left out; so is all after a record that goes backwards. */
  put(chunk: number, bytes: ArrayBuffer): void {
    const view = new DataView(bytes);
    let length = Math.min(Math.floor(bytes.byteLength / RECORD_BYTES), CHUNK_RECORDS);
    const times = new Uint32Array(length);
    const flags = new Uint32Array(length);
    const offsets = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const at = i * RECORD_BYTES;
      times[i] = view.getUint32(at, true);
      flags[i] = view.getUint32(at + 4, true);
      offsets[i] = Number(view.getBigUint64(at + 8, true));
      if (i > 0 && ((times[i] as number) < (times[i - 1] as number) || (offsets[i] as number) <= (offsets[i - 1] as number))) {
        length = i;
        this.#count = chunk * CHUNK_RECORDS + i;
        break;
      }
    }
    this.#chunks.set(chunk, { times: times.subarray(0, length), flags: flags.subarray(0, length), offsets: offsets.subarray(0, length) });
    if (length < CHUNK_RECORDS) this.#count = Math.min(this.#count ?? Infinity, chunk * CHUNK_RECORDS + length);
  }

  #at(record: number): [Chunk, number] | null {
    const chunk = this.#chunks.get(Math.floor(record / CHUNK_RECORDS));
    const i = record % CHUNK_RECORDS;
    return chunk !== undefined && i < chunk.times.length ? [chunk, i] : null;
  }

  time(record: number): number | null {
    const at = this.#at(record);
    return at === null ? null : (at[0].times[at[1]] ?? null);
  }

  offset(record: number): number | null {
    const at = this.#at(record);
    return at === null ? null : (at[0].offsets[at[1]] ?? null);
  }

  isKey(record: number): boolean {
    const at = this.#at(record);
    return at !== null && ((at[0].flags[at[1]] ?? 0) & KEYFRAME) !== 0;
  }

  /** The record whose cluster covers `ms`: the last one at or before it (record 0 for anything earlier). */
  find(ms: number): Found | null {
    const count = this.#count;
    if (count === 0) return null;
    let low = 0;
    let high = count ?? this.guessed;
    let lowMs = 0;
    let highMs: number | null = null;
    // Loaded chunks narrow the place; the answer is found when one of them brackets it.
    for (const [number, chunk] of this.#chunks) {
      const first = chunk.times[0];
      const last = chunk.times[chunk.times.length - 1];
      if (first === undefined || last === undefined) continue;
      const start = number * CHUNK_RECORDS;
      const end = start + chunk.times.length;
      if (ms < first && number > 0) {
        if (start < high) [high, highMs] = [start, first];
        continue;
      }
      const inside = upperBound(chunk.times, ms);
      if (ms < first || inside < chunk.times.length || end === count) return { record: start + Math.max(0, inside - 1) };
      if (end > low) [low, lowMs] = [end, last];
    }
    // Everything below `low` begins at or before `ms`, everything from `high` on after it.
    if (high <= low) return count === null ? { chunk: Math.floor(low / CHUNK_RECORDS) } : { record: low - 1 };
    const share = highMs === null || highMs <= lowMs ? (ms - lowMs) / 1000 : ((ms - lowMs) / (highMs - lowMs)) * (high - low);
    const guess = Math.min(high - 1, Math.max(low, low + Math.floor(share)));
    return { chunk: Math.floor(guess / CHUNK_RECORDS) };
  }

  /** The record at or before `record` that begins with a keyframe (audio begins anywhere). */
  keyBefore(record: number): Found {
    for (let i = record; i > 0; i--) {
      if (this.#at(i) === null) return { chunk: Math.floor(i / CHUNK_RECORDS) };
      if (this.isKey(i)) return { record: i };
    }
    return this.#at(0) === null ? { chunk: 0 } : { record: 0 };
  }

  /** Bytes of the clusters from..to (inclusive); `end` null: up to the end of the file. */
  bytes(from: number, to: number): { start: number; end: number | null } | null {
    const start = this.offset(from);
    if (start === null) return null;
    if (to + 1 === this.#count) return { start, end: null };
    const end = this.offset(to + 1);
    return end === null ? null : { start, end };
  }
}

/** How many values are at or below `value`. */
function upperBound(values: Uint32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
