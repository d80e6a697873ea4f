// The arithmetic of the stage: how many tiles fit, how large. Pure; pixels in, pixels out.

export interface Grid {
  columns: number;
  rows: number;
  width: number;
  height: number;
}

const GAP = 8;
const ASPECT = 16 / 9;

/** The columns that give `count` tiles of 16:9 the largest area in the box; on a tall box tiles may become squarer. */
export function fitGrid(width: number, height: number, count: number, gap = GAP): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  if (width <= 0 || height <= 0 || count <= 0) return best;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cellWidth = (width - gap * (columns - 1)) / columns;
    const cellHeight = (height - gap * (rows - 1)) / rows;
    if (cellWidth <= 0 || cellHeight <= 0) continue;
    const tile = inside(cellWidth, cellHeight, width < 600 ? 1 : 4 / 3);
    if (tile.width * tile.height > best.width * best.height) best = { columns, rows, ...tile };
  }
  return best;
}

/** A tile in a cell: 16:9 down to 4:3, on a phone down to a square, so that people are not stamps there. */
function inside(width: number, height: number, squarest: number): { width: number; height: number } {
  const ratio = Math.min(ASPECT, Math.max(squarest, width / height));
  const tileWidth = Math.min(width, height * ratio);
  return { width: Math.floor(tileWidth), height: Math.floor(Math.min(height, tileWidth / ratio)) };
}

/** How many tiles one page shows: as many as stay legible. */
export function pageCapacity(width: number, height: number): number {
  const phone = width < 600;
  const minWidth = phone ? 150 : 210;
  const minHeight = phone ? 120 : 130;
  const columns = Math.max(1, Math.floor((width + GAP) / (minWidth + GAP)));
  const rows = Math.max(1, Math.floor((height + GAP) / (minHeight + GAP)));
  return Math.min(columns * rows, phone ? 6 : 25);
}

export interface Strip {
  /** Thumbnails beside (column) or above (row) the stage. */
  direction: "column" | "row";
  width: number;
  height: number;
  capacity: number;
}

/** Thumbnails beside a focused picture. */
export function fitStrip(width: number, height: number): Strip {
  if (width >= height * 1.15 && width >= 640) {
    const tileWidth = Math.round(Math.min(220, Math.max(140, width * 0.18)));
    const tileHeight = Math.round(tileWidth / ASPECT);
    return { direction: "column", width: tileWidth, height: tileHeight, capacity: Math.max(1, Math.floor((height + GAP) / (tileHeight + GAP))) };
  }
  const tileHeight = Math.round(Math.min(120, Math.max(72, height * 0.16)));
  const tileWidth = Math.round(tileHeight * 1.2);
  return { direction: "row", width: tileWidth, height: tileHeight, capacity: Math.max(1, Math.floor((width + GAP) / (tileWidth + GAP))) };
}

export function pages(count: number, capacity: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, capacity)));
}
