// Who is on the stage: which tile has the focus, in which order the others follow, and what the server is told about it.
// Pure: takes the room and the choices of this viewer, gives tiles.

import type { Participant, ParticipantId, PeerNumber } from "../engine/protocol";
import type { RoomState } from "../engine/room_state";

export type Layout = "grid" | "speaker";

export interface TileRef {
  id: ParticipantId;
  kind: "camera" | "screen";
}

export interface StageChoices {
  layout: Layout;
  pinned: TileRef | null;
  dominant: PeerNumber | null;
}

export interface StagePlan {
  focus: TileRef | null;
  /** Everybody else who has a tile, in order; oneself is never among them. */
  others: TileRef[];
}

export const sameTile = (a: TileRef | null, b: TileRef | null): boolean => a?.id === b?.id && a?.kind === b?.kind;
export const tileKey = (tile: TileRef): string => `${tile.id}/${tile.kind}`;

export function planStage(room: RoomState, choices: StageChoices): StagePlan {
  const people = [...room.participants.values()].filter((one) => one.id !== room.you);
  const screens: TileRef[] = people.filter((one) => one.screen.on).map((one) => ({ id: one.id, kind: "screen" }));
  const cameras: TileRef[] = people
    .sort((a, b) => rank(a) - rank(b) || a.joined_at - b.joined_at || a.number - b.number)
    .map((one) => ({ id: one.id, kind: "camera" }));
  const all = [...screens, ...cameras];
  const focus = findFocus(room, choices, all, screens, people);
  return { focus, others: all.filter((tile) => !sameTile(tile, focus)) };
}

function findFocus(
  room: RoomState, choices: StageChoices, all: TileRef[], screens: TileRef[], people: Participant[],
): TileRef | null {
  const pinned = all.find((tile) => sameTile(tile, choices.pinned));
  if (pinned !== undefined) return pinned;
  const screen = screens.at(-1);
  if (screen !== undefined) return screen;
  const spotlit = all.find((tile) => tile.id === room.spotlight && tile.kind === "camera");
  if (spotlit !== undefined) return spotlit;
  if (choices.layout === "grid") return null;
  const dominant = people.find((one) => one.number === choices.dominant);
  const first = dominant ?? people.find((one) => one.camera.on) ?? people[0];
  return first === undefined ? null : { id: first.id, kind: "camera" };
}

/** Cameras first, then those who may speak, then listeners. */
function rank(one: Participant): number {
  if (one.camera.on) return one.moderator || one.role === "presenter" ? 0 : 1;
  if (one.mode === "listen" || one.role === "listener") return 4;
  return one.moderator || one.role === "presenter" ? 2 : 3;
}

/** The tiles of a page. Whoever speaks now is put on the first page in the last place, if they are not there anyway. */
export function pageOf(tiles: readonly TileRef[], page: number, capacity: number, speaking: ParticipantId | null): TileRef[] {
  const order = [...tiles];
  const at = order.findIndex((tile) => tile.id === speaking && tile.kind === "camera");
  if (at >= capacity && capacity > 0) {
    const [speaker] = order.splice(at, 1);
    if (speaker !== undefined) order.splice(capacity - 1, 0, speaker);
  }
  const last = Math.max(0, Math.ceil(order.length / Math.max(1, capacity)) - 1);
  const start = Math.min(page, last) * capacity;
  return order.slice(start, start + capacity);
}
