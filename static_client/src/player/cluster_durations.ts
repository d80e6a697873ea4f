// Gives the last picture of every cluster its duration, so that no browser sees a hole at a cluster's end.
//
// SimpleBlocks carry no duration: a browser takes the distance to the next block of the same cluster, and guesses for the last
// one. When the true distance is more than twice the guess (a stutter, a shared screen at one frame a second), Media Source
// Extensions 3.5.8 calls it a discontinuity and drops all pictures up to the next keyframe. So the last SimpleBlock of a
// cluster becomes a BlockGroup with BlockDuration (RFC 9559 5.1.3.5). Pure: bytes in, bytes out; the files stay as they are.

const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
/** Elements of a segment that end a cluster of unknown size. */
const TOP_LEVEL = new Set([CLUSTER, 0x1c53bb6b, 0x1254c367, 0x1549a966, 0x1654ae6b, 0x114d9b74, 0x1941a469, 0x1043a770]);

interface Element { id: number; start: number; body: number; end: number }
interface Block { element: Element; timeMs: number; simple: boolean }
interface Cluster { timeMs: number; children: Element[]; blocks: Block[] }

/**
 * `bytes`: whole clusters of one video track with a timestamp scale of 1 ms. `nextMs`: when the picture after them comes, null at
 * the end of the part. A pause longer than `longestMs` (camera off) stays a pause. What cannot be read is returned as it is.
 */
export function withDurations(bytes: ArrayBuffer, nextMs: number | null, longestMs: number): ArrayBuffer {
  const data = new Uint8Array(bytes);
  const clusters = parse(data);
  if (clusters === null) return bytes;
  const pieces: Uint8Array[] = [];
  for (const [i, cluster] of clusters.entries()) {
    const last = cluster.blocks.at(-1);
    const next = clusters[i + 1]?.blocks[0]?.timeMs ?? (i === clusters.length - 1 ? nextMs : null);
    const durationMs = last === undefined || next === null ? 0 : next - last.timeMs;
    const grouped = last !== undefined && last.simple && durationMs > 0 && durationMs <= longestMs ? group(data, last.element, durationMs) : null;
    const children = cluster.children.map((child) => (grouped !== null && child === last?.element ? grouped : data.subarray(child.start, child.end)));
    pieces.push(header(CLUSTER, children.reduce((sum, child) => sum + child.length, 0)), ...children);
  }
  return join(pieces);
}

function parse(data: Uint8Array): Cluster[] | null {
  const clusters: Cluster[] = [];
  for (let at = 0; at < data.length; ) {
    const outer = element(data, at);
    if (outer === null) return null;
    at = outer.end;
    if (outer.id !== CLUSTER) continue;
    const cluster: Cluster = { timeMs: 0, children: [], blocks: [] };
    const open = outer.end === Infinity;
    const limit = open ? data.length : Math.min(outer.end, data.length);
    let inside = outer.body;
    while (inside < limit) {
      const child = element(data, inside);
      if (child === null || (open && TOP_LEVEL.has(child.id))) break;
      // A file that was cut off: what is not whole is left out.
      if (child.end > limit) {
        inside = limit;
        break;
      }
      read(data, cluster, child);
      inside = child.end;
    }
    if (open) {
      if (inside < data.length && element(data, inside) === null) inside = data.length;
      at = inside;
    }
    clusters.push(cluster);
  }
  return clusters;
}

function read(data: Uint8Array, cluster: Cluster, child: Element): void {
  cluster.children.push(child);
  if (child.id === TIMESTAMP) {
    let value = 0;
    for (let i = child.body; i < child.end; i++) value = value * 256 + (data[i] ?? 0);
    cluster.timeMs = value;
  } else if (child.id === SIMPLE_BLOCK || child.id === BLOCK_GROUP) {
    const block = child.id === SIMPLE_BLOCK ? child : element(data, child.body);
    const track = block === null ? null : vint(data, block.body);
    if (block === null || track === null || (child.id === BLOCK_GROUP && block.id !== BLOCK)) return;
    const at = block.body + track.length;
    const relative = (((data[at] ?? 0) << 8) | (data[at + 1] ?? 0)) << 16 >> 16;
    cluster.blocks.push({ element: child, timeMs: cluster.timeMs + relative, simple: child.id === SIMPLE_BLOCK });
  }
}

/** BlockGroup { Block, BlockDuration, ReferenceBlock unless it is a keyframe }. */
function group(data: Uint8Array, block: Element, durationMs: number): Uint8Array {
  const payload = data.slice(block.body, block.end);
  const flagsAt = (vint(payload, 0)?.length ?? 1) + 2;
  const flags = payload[flagsAt] ?? 0;
  const keyframe = (flags & 0x80) !== 0;
  payload[flagsAt] = flags & ~0x81;
  const duration = new Uint8Array([0x9b, 0x84, durationMs >>> 24, (durationMs >>> 16) & 255, (durationMs >>> 8) & 255, durationMs & 255]);
  const reference = keyframe ? new Uint8Array() : new Uint8Array([0xfb, 0x81, 0xff]);
  const blockHeader = header(BLOCK, payload.length);
  const size = blockHeader.length + payload.length + duration.length + reference.length;
  return new Uint8Array(join([header(BLOCK_GROUP, size), blockHeader, payload, duration, reference]));
}

/** Element id and an eight-byte size. */
function header(id: number, size: number): Uint8Array {
  const idBytes = id > 0xffffff ? [id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255] : [id];
  const high = Math.floor(size / 2 ** 32);
  return new Uint8Array([...idBytes, 0x01, (high >>> 16) & 255, (high >>> 8) & 255, high & 255, (size >>> 24) & 255, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
}

function join(pieces: readonly Uint8Array[]): ArrayBuffer {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out.buffer;
}

/** The element at `start`; `end` is Infinity when its size is unknown. Null when its head does not fit. */
function element(data: Uint8Array, start: number): Element | null {
  const first = data[start];
  if (first === undefined || first < 0x10) return null;
  const idLength = Math.clz32(first) - 23;
  if (start + idLength >= data.length) return null;
  let id = 0;
  for (let i = 0; i < idLength; i++) id = id * 256 + (data[start + i] ?? 0);
  const size = vint(data, start + idLength);
  if (size === null) return null;
  const body = start + idLength + size.length;
  return { id, start, body, end: size.value === null ? Infinity : body + size.value };
}

/** An EBML number without its marker; null as value when all bits are set (unknown size). */
function vint(data: Uint8Array, at: number): { value: number | null; length: number } | null {
  const first = data[at];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (at + length > data.length) return null;
  let value = first & ((1 << (8 - length)) - 1);
  let unknown = value === (1 << (8 - length)) - 1;
  for (let i = 1; i < length; i++) {
    const byte = data[at + i] ?? 0;
    unknown &&= byte === 255;
    value = value * 256 + byte;
  }
  return { value: unknown ? null : value, length };
}
