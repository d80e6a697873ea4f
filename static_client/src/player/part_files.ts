// Byte ranges of one part over HTTP: chunks of its index, its initialisation segment, its clusters.
import { CHUNK_RECORDS, ClusterIndex, RECORD_BYTES } from "./cluster_index";
import type { Part } from "./types";

const CHUNK_BYTES = CHUNK_RECORDS * RECORD_BYTES;
/** Fetched at once with the first chunk of the index; initialisation segments are shorter than this. */
const HEAD_BYTES = 1024;

export type Address = (part: string, what: "media" | "index") => string;

export class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

export async function fetchRange(url: string, start: number, end: number | null, signal: AbortSignal, priority: RequestPriority = "auto"): Promise<{ bytes: ArrayBuffer; total: number | null }> {
  const response = await fetch(url, { headers: { Range: `bytes=${start}-${end === null ? "" : end - 1}` }, credentials: "same-origin", signal, priority });
  if (response.status === 416) return { bytes: new ArrayBuffer(0), total: totalOf(response) };
  if (!response.ok) throw new HttpError(response.status);
  const bytes = await response.arrayBuffer();
  if (response.status === 206) return { bytes, total: totalOf(response) };
  // A server without ranges sends all of it.
  return { bytes: bytes.slice(start, end ?? undefined), total: bytes.byteLength };
}

function totalOf(response: Response): number | null {
  const total = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1];
  return total === undefined ? null : Number(total);
}

export class PartFiles {
  readonly index: ClusterIndex;
  /** Browsers open six connections: what playback waits for goes first. */
  priority: RequestPriority = "auto";
  #head: Promise<ArrayBuffer> | null = null;
  #init: ArrayBuffer | null = null;
  readonly #chunks = new Map<number, Promise<void>>();

  constructor(readonly part: Part, readonly address: Address, readonly signal: AbortSignal) {
    this.index = new ClusterIndex(Math.max(1, Math.ceil(part.duration_ms / 1000)));
  }

  /** Loads a chunk of the index; asking again while it comes gives the same promise. A failed one may be asked again. */
  loadChunk(chunk: number): Promise<void> {
    let loading = this.#chunks.get(chunk);
    if (loading === undefined) {
      loading = this.#fetchChunk(chunk).catch((cause: unknown) => {
        this.#chunks.delete(chunk);
        throw cause;
      });
      this.#chunks.set(chunk, loading);
    }
    return loading;
  }

  async #fetchChunk(chunk: number): Promise<void> {
    const start = chunk * CHUNK_BYTES;
    const { bytes, total } = await fetchRange(this.address(this.part.id, "index"), start, start + CHUNK_BYTES, this.signal, this.priority);
    if (total !== null) this.index.setCount(total / RECORD_BYTES);
    this.index.put(chunk, bytes);
  }

  /** Begins to fetch what any use of the part needs, so that the requests run side by side. */
  warm(localMs: number): void {
    const quiet = (work: Promise<unknown>) => void work.catch(() => undefined);
    quiet(this.initSegment());
    const guess = Math.floor(localMs / 1000 / CHUNK_RECORDS);
    if (guess > 0) quiet(this.loadChunk(guess));
  }

  async initSegment(): Promise<ArrayBuffer> {
    if (this.#init !== null) return this.#init;
    const media = this.address(this.part.id, "media");
    this.#head ??= fetchRange(media, 0, HEAD_BYTES, this.signal, this.priority).then((answer) => answer.bytes);
    try {
      const [head] = await Promise.all([this.#head, this.loadChunk(0)]);
      const length = this.index.offset(0);
      if (length === null) throw new Error("empty index");
      this.#init = head.byteLength >= length ? head.slice(0, length) : (await fetchRange(media, 0, length, this.signal)).bytes;
      return this.#init;
    } catch (cause) {
      this.#head = null;
      throw cause;
    }
  }

  async clusters(from: number, to: number, signal: AbortSignal): Promise<ArrayBuffer> {
    const range = this.index.bytes(from, to);
    if (range === null) throw new Error("index not loaded");
    return (await fetchRange(this.address(this.part.id, "media"), range.start, range.end, signal, this.priority)).bytes;
  }
}
