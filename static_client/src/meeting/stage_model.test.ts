import { describe, expect, test } from "vitest";
import { fromJoin } from "../engine/room_state";
import { joined, person } from "../engine/testing";
import { arrange } from "./stage";
import { pageOf, planStage, type TileRef } from "./stage_model";

const on = { on: true, held: false, by: "self" as const };
const room = (change: Parameters<typeof joined>[1] = {}) =>
  fromJoin(joined([person("a", 1), person("b", 2), person("c", 3, { camera: on }), person("d", 4, { role: "listener" })], change));
const camera = (id: string): TileRef => ({ id, kind: "camera" });

describe("who is on the stage", () => {
  test("in the grid cameras come first, listeners last, oneself not at all", () => {
    const plan = planStage(room(), { layout: "grid", pinned: null, dominant: null });
    expect(plan.focus).toBeNull();
    expect(plan.others.map((tile) => tile.id)).toEqual(["c", "b", "d"]);
  });

  test("the speaker view follows the dominant speaker", () => {
    expect(planStage(room(), { layout: "speaker", pinned: null, dominant: 2 }).focus).toEqual(camera("b"));
    expect(planStage(room(), { layout: "speaker", pinned: null, dominant: null }).focus).toEqual(camera("c"));
  });

  test("the spotlight holds for everyone, a shared screen goes before it, one's own pin before both", () => {
    const spotlit = room({ spotlight: "b" });
    expect(planStage(spotlit, { layout: "grid", pinned: null, dominant: null }).focus).toEqual(camera("b"));
    const sharing = fromJoin(joined([person("a", 1), person("b", 2), person("c", 3, { screen: { ...on, audio: false } })], { spotlight: "b" }));
    expect(planStage(sharing, { layout: "grid", pinned: null, dominant: null }).focus).toEqual({ id: "c", kind: "screen" });
    expect(planStage(sharing, { layout: "grid", pinned: camera("c"), dominant: null }).focus).toEqual(camera("c"));
  });

  test("a pin of somebody who left is forgotten", () => {
    expect(planStage(room(), { layout: "grid", pinned: camera("zz"), dominant: null }).focus).toBeNull();
  });

  test("whoever speaks on a later page gets the last place of the first", () => {
    const tiles = ["b", "c", "d", "e", "f"].map(camera);
    expect(pageOf(tiles, 0, 3, "f").map((tile) => tile.id)).toEqual(["b", "c", "f"]);
    expect(pageOf(tiles, 1, 3, "f").map((tile) => tile.id)).toEqual(["d", "e"]);
    expect(pageOf(tiles, 9, 3, null).map((tile) => tile.id)).toEqual(["e", "f"]);
  });

  test("a focused picture and its strip fit into the stage", () => {
    for (const [width, height] of [[920, 640], [374, 620]] as const) {
      const plan = { focus: camera("b"), others: Array.from({ length: 12 }, (_, i) => camera(`p${i}`)) };
      const laid = arrange(plan, width, height, 0, null);
      const strip = laid.rest[0];
      expect(laid.pageCount).toBeGreaterThan(1);
      expect((laid.focus?.width ?? 0) + (laid.direction === "column" ? (strip?.width ?? 0) + 8 : 0)).toBeLessThanOrEqual(width);
      expect((laid.focus?.height ?? 0) + (laid.direction === "row" ? (strip?.height ?? 0) + 8 : 0)).toBeLessThanOrEqual(height);
    }
  });
});
