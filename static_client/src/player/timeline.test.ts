import { describe, expect, test } from "vitest";
import { manifest, part, sound } from "./fixtures";
import { buildTimeline, clampToKept, floorAt, lastStarted, mergeSpans, nextSpeech, openingMs, partAt, playableFrom, presentAt, remarkOn, speakingAt, spokenMs, type Track } from "./timeline";

const say = (participant: string, start_ms: number, end_ms: number) => ({ participant, start_ms, end_ms });

test("parts of one person and source make one track in order of time; empty parts are left out", () => {
  const timeline = buildTimeline(manifest({ parts: [part({ id: "2", start_ms: 50_000 }), part({ id: "1" }), part({ id: "0", duration_ms: 0 }), part({ id: "e", bytes: 0, start_ms: 70_000 }), sound({ id: "m", participant: "b" })] }));
  expect(timeline.tracks.map((track) => [track.id, track.kind, track.parts.map((it) => it.id)])).toEqual([["a/camera", "video", ["1", "2"]], ["b/mic", "audio", ["m"]]]);
});

test("a part of somebody not in the list still plays", () => {
  const timeline = buildTimeline(manifest({ parts: [sound({ id: "m", participant: "ghost" })] }));
  expect(timeline.tracks[0]?.person.name).toBe("ghost");
});

test("partAt is half open and null in gaps", () => {
  const track = buildTimeline(manifest({ parts: [part({ id: "1" }), part({ id: "2", start_ms: 50_000 })] })).tracks[0] as Track;
  expect([-1, 0, 9999, 10_000, 49_999, 50_000, 60_000].map((ms) => partAt(track, ms)?.id ?? null)).toEqual([null, "1", "1", null, null, "2", null]);
});

test("spans close together are one", () => {
  expect(mergeSpans([{ start_ms: 5000, end_ms: 6000 }, { start_ms: 0, end_ms: 1000 }, { start_ms: 1500, end_ms: 3000 }, { start_ms: 1600, end_ms: 1700 }], 800)).toEqual([{ start_ms: 0, end_ms: 3000 }, { start_ms: 5000, end_ms: 6000 }]);
});

test("lastStarted finds by time", () => {
  const items = [0, 10, 10, 20].map((start_ms) => ({ start_ms }));
  expect([-1, 0, 9, 10, 19, 20, 99].map((ms) => lastStarted(items, ms))).toEqual([-1, 0, 0, 2, 2, 3, 3]);
  expect(lastStarted([], 5)).toBe(-1);
});

describe("the floor", () => {
  const timeline = buildTimeline(manifest({ parts: [part({ id: "1", duration_ms: 100_000 })], speech: [say("a", 1000, 10_000), say("b", 4000, 4500), say("b", 8000, 14_000), say("a", 30_000, 40_000)] }));

  test("is held by whoever began, until that person pauses", () => {
    expect([0, 1000, 9000, 10_500, 13_000].map((ms) => floorAt(timeline, ms))).toEqual([null, "a", "a", "b", "b"]);
  });
  test("is not taken by an interjection", () => {
    expect(floorAt(timeline, 4200)).toBe("a");
    expect([...speakingAt(timeline, 4200)].toSorted()).toEqual(["a", "b"]);
  });
  test("stays with the last speaker in silence", () => {
    expect(floorAt(timeline, 20_000)).toBe("b");
    expect(speakingAt(timeline, 20_000).size).toBe(0);
  });
});

test("who did not speak, who wished not to be recorded, wholly or from some time on, and who never answered are told apart", () => {
  const person = (id: string, consent: "yes" | "no" | null) => ({ id, number: 1, name: id, role: "speaker", moderator: false, consent });
  const people = [person("speaks", "yes"), person("silent", "yes"), person("refused", "no"), person("withdrew", "no"), person("asked", null)];
  const timeline = buildTimeline(manifest({
    participants: people, parts: ["speaks", "silent", "withdrew"].map((id) => sound({ id, participant: id })), speech: [say("speaks", 0, 2000), say("withdrew", 3000, 5000)],
  }));
  expect(people.map((one) => remarkOn(timeline, one))).toEqual([null, "silent", "refused", "partly", "unanswered"]);
});

test("a name jumps to the next words of that person, and after the last to the first", () => {
  const timeline = buildTimeline(manifest({ speech: [say("a", 1000, 2000), say("a", 9000, 9500)] }));
  expect(nextSpeech(timeline, "a", 0)).toBe(1000);
  expect(nextSpeech(timeline, "a", 1000)).toBe(9000);
  expect(nextSpeech(timeline, "a", 9000)).toBe(1000);
  expect(nextSpeech(timeline, "b", 0)).toBeNull();
  expect(spokenMs(timeline, "a")).toBe(1500);
});

test("present is whoever has media before and after", () => {
  const timeline = buildTimeline(manifest({ parts: [sound({ id: "1" }), sound({ id: "2", start_ms: 50_000 }), sound({ id: "b", participant: "b", start_ms: 20_000 })] }));
  expect(presentAt(timeline, 25_000).map((it) => it.id)).toEqual(["a", "b"]);
  expect(presentAt(timeline, 40_000).map((it) => it.id)).toEqual(["a"]);
  expect(presentAt(timeline, 70_000)).toEqual([]);
});

describe("fragments (S-42)", () => {
  const timeline = buildTimeline(manifest({ parts: [part({ id: "1", start_ms: 5000 })], fragments: [{ start_ms: 60_000, end_ms: 300_000 }, { start_ms: 5000, end_ms: 15_000 }] }));

  test("are ordered and end with the recording", () => {
    expect(timeline.kept).toEqual([{ start_ms: 5000, end_ms: 15_000 }, { start_ms: 60_000, end_ms: 100_000 }]);
  });
  test("playback goes from one to the next and ends after the last", () => {
    expect([0, 5000, 14_999, 15_000, 59_000, 99_999, 100_000].map((ms) => playableFrom(timeline, ms))).toEqual([5000, 5000, 14_999, 60_000, 60_000, 99_999, null]);
  });
  test("a seek into what was destroyed lands at the next fragment, beyond the end just before it", () => {
    expect(clampToKept(timeline, 30_000)).toBe(60_000);
    expect(clampToKept(timeline, -5)).toBe(5000);
    expect(clampToKept(timeline, Infinity)).toBe(99_999);
  });
});

test("without fragments everything is kept (S-45)", () => {
  expect(buildTimeline(manifest({})).kept).toEqual([{ start_ms: 0, end_ms: 100_000 }]);
});

test("the page opens where there is something to see", () => {
  const at = (parts: Parameters<typeof part>[0][], build = part) => openingMs(buildTimeline(manifest({ parts: parts.map(build) })));
  expect(at([{ id: "1", start_ms: 300 }])).toBe(320);
  expect(openingMs(buildTimeline(manifest({ parts: [sound({ id: "m", start_ms: 100 }), part({ id: "v", start_ms: 2000 })] })))).toBe(2020);
  expect(openingMs(buildTimeline(manifest({ parts: [sound({ id: "m", start_ms: 100 }), part({ id: "v", start_ms: 60_000 })] })))).toBe(120);
  expect(at([])).toBe(0);
});
