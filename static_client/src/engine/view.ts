// What we tell the server about our screen: which sources are shown how tall, most important first. Heights are
// rounded to steps, so that dragging a window does not send a message per pixel.

import type { Source, ViewTile } from "./protocol";

const STEPS = [90, 135, 180, 240, 360, 540, 720, 1080] as const;
const DELAY_MS = 120;
const MOST = 60;

/** The next step above a height in device pixels. */
export function heightStep(pixels: number): number {
  for (const step of STEPS) if (pixels <= step * 1.1) return step;
  return 1080;
}

export interface ShownTile {
  source: Source;
  /** CSS pixels. */
  height: number;
  /** 0 is the most important: the stage and shared screens before thumbnails. */
  rank: number;
}

/** The tiles of a `view` call: each source once (its largest tile), by rank, then by height, then in the given order. */
export function computeView(shown: readonly ShownTile[], pixelRatio: number): ViewTile[] {
  const ratio = Math.min(Math.max(pixelRatio, 1), 2);
  const best = new Map<Source, ShownTile>();
  for (const tile of shown) {
    if (tile.height <= 0) continue;
    const before = best.get(tile.source);
    if (before === undefined) best.set(tile.source, tile);
    else {
      best.set(tile.source, {
        source: tile.source,
        height: Math.max(before.height, tile.height),
        rank: Math.min(before.rank, tile.rank),
      });
    }
  }
  return [...best.values()]
    .map((tile, index) => ({ tile, index, height: heightStep(tile.height * ratio) }))
    .sort((a, b) => a.tile.rank - b.tile.rank || b.height - a.height || a.index - b.index)
    .slice(0, MOST)
    .map(({ tile, height }) => ({ source: tile.source, height }));
}

function sameView(a: readonly ViewTile[], b: readonly ViewTile[]): boolean {
  return a.length === b.length && a.every((tile, i) => tile.source === b[i]?.source && tile.height === b[i]?.height);
}

/** Collects tiles from the page and sends the view when it has changed and rested. */
export class ViewSender {
  readonly #send: (tiles: ViewTile[]) => Promise<unknown>;
  #sent: ViewTile[] | null = null;
  #next: ViewTile[] | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (tiles: ViewTile[]) => Promise<unknown>) {
    this.#send = send;
  }

  get current(): readonly ViewTile[] {
    return this.#next ?? [];
  }

  update(tiles: ViewTile[]): void {
    this.#next = tiles;
    if (this.#sent !== null && sameView(tiles, this.#sent)) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#timer ??= setTimeout(() => void this.#flush(), this.#sent === null ? 0 : DELAY_MS);
  }

  /** After a new join or a new media connection the server must hear it again. */
  repeat(): void {
    this.#sent = null;
    if (this.#next === null) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#flush(), 0);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    const tiles = this.#next;
    if (tiles === null) return;
    this.#sent = tiles;
    try {
      await this.#send(tiles);
    } catch {
      if (this.#sent === tiles) this.#sent = null; // sent again after the next join
    }
  }
}
