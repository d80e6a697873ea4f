import { describe, expect, test } from "vitest";
import { fileName } from "./files";
import { manifest, part, sound } from "./fixtures";
import { keyAct, nextRate } from "./keys";
import { snap } from "./lanes";
import { gridColumns, layout, type LayoutInput } from "./layout";
import { buildTimeline } from "./timeline";

const long = { duration_ms: 100_000 };
const timeline = buildTimeline(manifest({
  parts: [
    part({ id: "ca", ...long }), part({ id: "cb", participant: "b", ...long }), sound({ id: "mc", participant: "c", ...long }),
    part({ id: "sb", participant: "b", purpose: "screen", start_ms: 50_000, duration_ms: 10_000 }),
  ],
  speech: [{ participant: "c", start_ms: 10_000, end_ms: 20_000 }, { participant: "b", start_ms: 20_000, end_ms: 30_000 }],
}));
const at = (ms: number, over: Partial<LayoutInput> = {}) => layout({ timeline, ms, view: "speaker", pinned: null, page: 0, perPage: 9, aside: 4, ...over });
const main = (ms: number, over: Partial<LayoutInput> = {}) => at(ms, over).tiles.find((tile) => tile.main)?.id;

describe("speaker view", () => {
  test("shows large who speaks, with or without picture, and the last speaker in silence", () => {
    expect([0, 15_000, 25_000, 40_000].map((ms) => main(ms))).toEqual(["a/camera", "c/camera", "b/camera", "b/camera"]);
  });
  test("a shared screen comes before the speaker", () => {
    expect(main(55_000)).toBe("b/screen");
  });
  test("what the viewer keeps large comes before all, while it is there", () => {
    expect(main(55_000, { pinned: "a/camera" })).toBe("a/camera");
    expect(main(40_000, { pinned: "b/screen" })).toBe("b/camera");
  });
  test("everybody else stands beside, each once", () => {
    expect(at(15_000).tiles.map((tile) => tile.id).toSorted()).toEqual(["a/camera", "b/camera", "c/camera"]);
  });
  test("with little room beside the screen, the speaker is among the few", () => {
    const crowd = buildTimeline(manifest({
      participants: Array.from({ length: 9 }, (_, i) => ({ id: `p${i}`, number: i, name: `P${i}`, role: "speaker", moderator: false, consent: "yes" as const })),
      parts: [part({ id: "s", participant: "p0", purpose: "screen", ...long }), ...Array.from({ length: 9 }, (_, i) => part({ id: `c${i}`, participant: `p${i}`, ...long }))],
      speech: [{ participant: "p8", start_ms: 0, end_ms: 90_000 }],
    }));
    const shown = at(5000, { timeline: crowd, aside: 3 });
    expect(shown.tiles.map((tile) => tile.id)).toContain("p8/camera");
    expect(shown.tiles).toHaveLength(4);
    expect(shown.hidden).toBe(6);
  });
});

describe("grid", () => {
  test("has screens first, then pictures, then those without", () => {
    expect(at(55_000, { view: "grid" }).tiles.map((tile) => tile.id)).toEqual(["b/screen", "a/camera", "b/camera", "c/camera"]);
  });
  test("goes by pages and never beyond the last", () => {
    expect(at(55_000, { view: "grid", perPage: 3, page: 7 })).toMatchObject({ page: 1, pages: 2, hidden: 3 });
  });
  test("columns make the tiles as large as can be", () => {
    expect([1, 2, 4, 9].map((count) => gridColumns(count, 1600, 900))).toEqual([1, 2, 2, 3]);
    expect(gridColumns(3, 300, 900)).toBe(1);
    expect(gridColumns(0, 300, 900)).toBe(1);
  });
});

test("nobody there: nothing to show", () => {
  expect(layout({ timeline: buildTimeline(manifest({})), ms: 0, view: "speaker", pinned: null, page: 0, perPage: 9, aside: 4 }).tiles).toEqual([]);
});

describe("keys", () => {
  test("space, K, J, L, arrows, F do what players do", () => {
    expect(keyAct(" ", "other")).toEqual({ act: "toggle" });
    expect(keyAct("K", "button")).toEqual({ act: "toggle" });
    expect(keyAct("j", "other")).toEqual({ act: "step", seconds: -10 });
    expect(keyAct("l", "other")).toEqual({ act: "step", seconds: 10 });
    expect(keyAct("ArrowRight", "other")).toEqual({ act: "step", seconds: 5 });
    expect(keyAct("f", "slider")).toEqual({ act: "fullscreen" });
    expect(keyAct("5", "other")).toEqual({ act: "tenth", tenth: 5 });
  });
  test("in text nothing fires; buttons, sliders and tabs keep their own keys", () => {
    expect(keyAct("f", "text")).toBeNull();
    expect(keyAct(" ", "button")).toBeNull();
    expect(keyAct("ArrowLeft", "slider")).toBeNull();
    expect(keyAct("ArrowLeft", "tab")).toBeNull();
    expect(keyAct("Tab", "other")).toBeNull();
  });
  test("speed goes step by step between half and double", () => {
    expect([nextRate(1, 1), nextRate(1, -1), nextRate(2, 1), nextRate(0.5, -1)]).toEqual([1.25, 0.75, 2, 0.5]);
  });
});

test("a press on a bar means its beginning, beside all bars the place itself", () => {
  const spans = [{ start_ms: 1000, end_ms: 5000 }];
  expect(snap(spans, 4000, 100)).toBe(1000);
  expect(snap(spans, 950, 100)).toBe(1000);
  expect(snap(spans, 9000, 100)).toBe(9000);
});

test("file names keep letters of every script and nothing that a file system minds", () => {
  expect(fileName("Συνεδρίαση 1/2", "Ștefan ../x", "camera", 2)).toBe("Συνεδρίαση-1-2_Ștefan-x_camera_2");
  expect(fileName("", "???", "mic", null)).toBe("mic");
});
