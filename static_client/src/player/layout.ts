// Which tiles are on screen at a moment, and which one is large. Pure.
import { floorAt, partAt, presentAt, type Timeline, type Track } from "./timeline";
import type { Person } from "./types";

export type View = "speaker" | "grid";

export interface Tile {
  /** "participant/camera" or "participant/screen": also the id of its track, if there is one. */
  id: string;
  person: Person;
  purpose: "camera" | "screen";
  track: Track | null;
  main: boolean;
}

export interface Layout { tiles: Tile[]; pages: number; page: number; hidden: number }

export interface LayoutInput { timeline: Timeline; ms: number; view: View; pinned: string | null; page: number; /** Tiles of a grid page; small tiles beside the large one. */ perPage: number; aside: number }

export function layout({ timeline, ms, view, pinned, page, perPage, aside }: LayoutInput): Layout {
  const all = candidates(timeline, ms);
  if (view === "grid") {
    const pages = Math.max(1, Math.ceil(all.length / perPage));
    const at = Math.min(page, pages - 1);
    const tiles = all.slice(at * perPage, (at + 1) * perPage);
    return { tiles, pages, page: at, hidden: all.length - tiles.length };
  }
  const main = all.find((tile) => tile.id === pinned) ?? latestScreen(all, ms) ?? all.find((tile) => tile.purpose === "camera" && tile.person.id === floorAt(timeline, ms)) ?? all[0];
  if (main === undefined) return { tiles: [], pages: 1, page: 0, hidden: 0 };
  const others = all.filter((tile) => tile !== main);
  // With a shared screen large, the person who speaks must be among the small ones.
  const speaker = others.findIndex((tile) => tile.purpose === "camera" && tile.person.id === floorAt(timeline, ms));
  if (speaker >= aside) others.splice(aside - 1, 0, ...others.splice(speaker, 1));
  const beside = others.slice(0, aside);
  return { tiles: [{ ...main, main: true }, ...beside], pages: 1, page: 0, hidden: others.length - beside.length };
}

/** Screens first, then people with a picture, then people without; each by number, so that places are steady. */
function candidates(timeline: Timeline, ms: number): Tile[] {
  const live = (track: Track) => partAt(track, ms) !== null;
  const screens = timeline.tracks.filter((track) => track.purpose === "screen" && live(track));
  const cameras = new Map(timeline.tracks.filter((track) => track.purpose === "camera" && live(track)).map((track) => [track.person.id, track]));
  const people = presentAt(timeline, ms).map((person): Tile => ({ id: `${person.id}/camera`, person, purpose: "camera", track: cameras.get(person.id) ?? null, main: false }));
  return [
    ...screens.map((track): Tile => ({ id: track.id, person: track.person, purpose: "screen", track, main: false })),
    ...people.filter((tile) => tile.track !== null),
    ...people.filter((tile) => tile.track === null),
  ];
}

function latestScreen(tiles: readonly Tile[], ms: number): Tile | undefined {
  const since = (tile: Tile) => (tile.track === null ? 0 : (partAt(tile.track, ms)?.start_ms ?? 0));
  return tiles.filter((tile) => tile.purpose === "screen").toSorted((a, b) => since(b) - since(a))[0];
}

/** Columns of a grid of `count` tiles of 16:9 in a box: the number that makes them largest. */
export function gridColumns(count: number, width: number, height: number): number {
  let best = 1;
  let bestWidth = 0;
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const tile = Math.min(width / columns, (height / rows) * (16 / 9));
    // Side by side rather than one above the other when both are as large.
    if (tile > bestWidth - 0.5) [best, bestWidth] = [columns, tile];
  }
  return best;
}
