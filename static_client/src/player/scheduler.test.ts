import { describe, expect, test } from "vitest";
import { CHUNK_RECORDS, ClusterIndex, RECORD_BYTES } from "./cluster_index";
import { indexBytes, part, sound, steady } from "./fixtures";
import { AHEAD_MS, FAR_MS, isReady, Loaded, planEviction, planNext, type FeedState, type PartState } from "./scheduler";
import type { Part } from "./types";

type Records = readonly (readonly [number, boolean])[];
const withIndex = (one: Part, records: Records): PartState => {
  const index = new ClusterIndex(records.length);
  index.setCount(records.length);
  for (let chunk = 0; chunk * CHUNK_RECORDS < records.length; chunk++) index.put(chunk, indexBytes(records).slice(chunk * CHUNK_RECORDS * RECORD_BYTES, (chunk + 1) * CHUNK_RECORDS * RECORD_BYTES));
  return { part: one, index, loaded: new Loaded() };
};
const video = (seconds: number, startMs = 0, id = "v"): PartState => withIndex(part({ id, start_ms: startMs, duration_ms: seconds * 1000 }), steady(seconds));
const feed = (...parts: PartState[]): FeedState => ({ kind: "video", parts, last: null });

/** Carries plans out as the feed would, until there is nothing more to do. Returns the runs. */
function run(state: FeedState, ms: number, most = 50): string[] {
  const runs: string[] = [];
  for (;;) {
    const plan = planNext(state, ms);
    if (plan === null) return runs;
    if (plan.what !== "media") throw new Error("index is loaded");
    runs.push(`${plan.part.part.id}:${plan.from}-${plan.to}`);
    plan.part.loaded.add(plan.from, plan.to);
    state.last = { part: plan.part.part.id, record: plan.to };
    if (runs.length > most) throw new Error("does not end");
  }
}

test("ranges join when they touch and come apart when cut", () => {
  const loaded = new Loaded();
  loaded.add(5, 7);
  loaded.add(1, 2);
  loaded.add(3, 4);
  expect(loaded.ranges).toEqual([[1, 7]]);
  loaded.remove(3, 3);
  expect(loaded.ranges).toEqual([[1, 2], [4, 7]]);
  expect([loaded.has(3), loaded.has(4)]).toEqual([false, true]);
});

test("from the start: a short run first, then longer ones, to a good twenty seconds ahead and no further", () => {
  const state = feed(video(120));
  const runs = run(state, 0);
  expect(runs[0]).toBe("v:0-2");
  expect(state.parts[0]?.loaded.ranges).toEqual([[0, 23]]);
  expect(runs.length).toBeLessThanOrEqual(4);
  expect(AHEAD_MS).toBe(20_000);
});

test("a seek begins at the keyframe before the playhead", () => {
  const state = feed(video(120));
  expect(run(state, 63_400)[0]).toBe("v:60-65");
  expect(isReady(state, 63_400)).toBe(true);
});

test("sound begins at the playhead itself", () => {
  const state: FeedState = { ...feed(withIndex(sound({ id: "m", duration_ms: 120_000 }), steady(120))), kind: "audio" };
  expect(run(state, 63_400)[0]).toBe("m:63-65");
});

test("what follows the last appended cluster needs no keyframe, what does not begins at one", () => {
  const state = feed(video(120));
  run(state, 0);
  expect(state.last).toEqual({ part: "v", record: 23 });
  expect(planNext(state, 5000)).toMatchObject({ from: 24 });
  state.last = null;
  expect(planNext(state, 5000)).toMatchObject({ from: 20 });
});

test("nothing is loaded twice in plain playback", () => {
  const state = feed(video(300));
  const seen: number[] = [];
  for (let ms = 0; ms < 300_000; ms += 500) {
    for (const one of run(state, ms)) {
      const [from, to] = one.slice(2).split("-").map(Number) as [number, number];
      for (let i = from; i <= to; i++) seen.push(i);
    }
    expect(isReady(state, ms)).toBe(true);
  }
  expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test("the next part is loaded before it begins", () => {
  const state = feed(video(30, 0, "1"), video(30, 40_000, "2"));
  expect(run(state, 25_000).map((one) => one.split(":")[0])).toEqual(expect.arrayContaining(["1", "2"]));
  expect(state.parts[1]?.loaded.has(0)).toBe(true);
});

describe("gaps", () => {
  // Muted from second 3 to second 63: one cluster before, the next after.
  const records: Records = [[0, true], [1000, false], [2000, false], [63_000, true], [64_000, false]];
  const state: FeedState = feed(withIndex(part({ id: "g", duration_ms: 65_000 }), records));

  test("inside a gap the track is ready once the cluster before it is loaded", () => {
    expect(isReady(state, 30_000)).toBe(false);
    run(state, 30_000);
    expect(isReady(state, 30_000)).toBe(true);
    expect(state.parts[0]?.loaded.has(3)).toBe(false);
  });
  test("what comes after the gap is loaded in time", () => {
    run(state, 45_000);
    expect(state.parts[0]?.loaded.has(3)).toBe(true);
  });
  test("outside of all parts a track is always ready", () => {
    expect(isReady(state, 80_000)).toBe(true);
    expect(planNext(state, 80_000)).toBeNull();
  });
});

test("an index not loaded yet is asked for first", () => {
  const one = { part: part({ id: "v", duration_ms: 7_200_000 }), index: new ClusterIndex(7200), loaded: new Loaded() };
  expect(planNext(feed(one), 3_600_000)).toMatchObject({ what: "index", chunk: 7 });
});

test("an empty index plans nothing and holds nobody up", () => {
  const one = withIndex(part({ id: "v" }), []);
  expect(planNext(feed(one), 0)).toBeNull();
  expect(isReady(feed(one), 0)).toBe(true);
});

test("behind thirty seconds media is forgotten, cut before a keyframe", () => {
  const state = feed(video(300));
  for (let ms = 0; ms <= 100_000; ms += 500) run(state, ms);
  const [old] = planEviction(state, 100_000);
  expect(old).toMatchObject({ from: 0, to: 69, startMs: 0, endMs: 70_000 });
  expect(planEviction(state, 20_000)).toEqual([expect.objectContaining({ from: 111 })]);
});

test("what is far ahead after a jump back is forgotten, and loads again from a keyframe", () => {
  const state = feed(video(600));
  run(state, 400_000);
  for (const old of planEviction(state, 10_000)) old.part.loaded.remove(old.from, old.to);
  expect(state.parts[0]?.loaded.ranges).toEqual([]);
  state.last = null;
  expect(run(state, 402_000)[0]).toBe("v:400-404");
  expect(FAR_MS).toBeGreaterThan(AHEAD_MS);
});

test("parts long gone are forgotten whole", () => {
  const state = feed(video(30, 0, "1"), video(300, 40_000, "2"));
  run(state, 25_000);
  expect(planEviction(state, 70_000).map((old) => [old.part.part.id, old.startMs, old.endMs])).toContainEqual(["1", 0, 30_000]);
});

test("two hours and twenty tracks: a seek fetches a few seconds per track, not the recording", () => {
  const tracks = Array.from({ length: 20 }, (_, i) => feed(video(7200, i * 37, `t${i}`)));
  for (const state of tracks) {
    run(state, 3_600_000);
    expect(state.parts[0]?.loaded.ranges.reduce((sum, [a, b]) => sum + b - a + 1, 0)).toBeLessThanOrEqual(32);
    expect(isReady(state, 3_600_000)).toBe(true);
  }
});
