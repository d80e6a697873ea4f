import { expect, test } from "vitest";
import { withDurations } from "./cluster_durations";

const size = (n: number) => [0x40 | (n >> 8), n & 255];
const simple = (relative: number, key: boolean, body = [1, 2, 3]) => [0xa3, ...size(4 + body.length), 0x81, (relative >> 8) & 255, relative & 255, key ? 0x80 : 0, ...body];
const timestamp = (ms: number) => [0xe7, 0x82, ms >> 8, ms & 255];
const cluster = (ms: number, ...blocks: number[][]) => {
  const inside = [timestamp(ms), ...blocks].flat();
  return [0x1f, 0x43, 0xb6, 0x75, ...size(inside.length), ...inside];
};
const openCluster = (ms: number, ...blocks: number[][]) => [0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255, ...timestamp(ms), ...blocks.flat()];
const run = (bytes: number[], next: number | null, longest = 2500) => [...new Uint8Array(withDurations(new Uint8Array(bytes).buffer, next, longest))];
/** Head of a rewritten cluster with `n` bytes inside, and of a block group. */
const head = (n: number) => [0x1f, 0x43, 0xb6, 0x75, 0x01, 0, 0, 0, 0, 0, 0, n];
const grouped = (relative: number, key: boolean, ms: number) => {
  const block = [0xa1, 0x01, 0, 0, 0, 0, 0, 0, 7, 0x81, (relative >> 8) & 255, relative & 255, 0, 1, 2, 3];
  const inside = [...block, 0x9b, 0x84, 0, 0, ms >> 8, ms & 255, ...(key ? [] : [0xfb, 0x81, 0xff])];
  return [0xa0, 0x01, 0, 0, 0, 0, 0, 0, inside.length, ...inside];
};
const whole = (ms: number, ...blocks: number[][]) => {
  const inside = [timestamp(ms), ...blocks].flat();
  return [...head(inside.length), ...inside];
};

test("the last picture of a run lasts until the next one comes", () => {
  expect(run(cluster(1000, simple(0, true), simple(33, false)), 1833)).toEqual(whole(1000, simple(0, true), grouped(33, false, 800)));
});

test("inside a run the next cluster tells", () => {
  expect(run([...cluster(0, simple(0, true)), ...cluster(1000, simple(5, false))], null)).toEqual([...whole(0, grouped(0, true, 1005)), ...whole(1000, simple(5, false))]);
});

test("a keyframe stays one, the rest keeps a reference to what came before", () => {
  expect(run(cluster(0, simple(0, true)), 100).slice(12 + 4)).toEqual(grouped(0, true, 100));
  expect(run(cluster(0, simple(0, false)), 100).slice(12 + 4)).toEqual(grouped(0, false, 100));
});

test("a pause longer than allowed stays a pause", () => {
  expect(run(cluster(0, simple(0, true)), 30_000)).toEqual(whole(0, simple(0, true)));
});

test("at the end of the part nothing is made up", () => {
  expect(run(cluster(0, simple(0, true)), null)).toEqual(whole(0, simple(0, true)));
});

test("times that go backwards give no duration", () => {
  expect(run(cluster(1000, simple(0, true)), 900)).toEqual(whole(1000, simple(0, true)));
});

test("block times before the cluster's own are negative", () => {
  expect(run(cluster(1000, simple(-10, true)), 1100)).toEqual(whole(1000, grouped(-10, true, 110)));
});

test("clusters of unknown size end at the next one or at the end", () => {
  expect(run([...openCluster(0, simple(0, true)), ...openCluster(500, simple(0, false))], 600)).toEqual([...whole(0, grouped(0, true, 500)), ...whole(500, grouped(0, false, 100))]);
});

test("what follows the last cluster (cues) is left out", () => {
  expect(run([...cluster(0, simple(0, true)), 0x1c, 0x53, 0xbb, 0x6b, 0x82, 1, 2], null)).toEqual(whole(0, simple(0, true)));
});

test("a block cut off by a crash is left out, the whole ones stay", () => {
  const bytes = openCluster(0, simple(0, true), simple(33, false)).slice(0, -2);
  expect(run(bytes, null)).toEqual(whole(0, simple(0, true)));
  expect(run(cluster(0, simple(0, true), simple(33, false)).slice(0, -2), null)).toEqual(whole(0, simple(0, true)));
});

test("an empty cluster and bytes that are no WebM do no harm", () => {
  expect(run(cluster(0), 500)).toEqual(whole(0));
  expect(run([0, 1, 2, 3], 5)).toEqual([0, 1, 2, 3]);
  expect(run([], 5)).toEqual([]);
});

test("no bytes whatever make it throw or hang", () => {
  let seed = 3;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const good = [...cluster(0, simple(0, true), simple(40, false)), ...openCluster(1000, simple(0, false))];
  for (let round = 0; round < 3000; round++) {
    const bytes = good.map((byte) => (random() < 0.05 ? Math.floor(random() * 256) : byte)).slice(0, Math.floor(random() * (good.length + 1)));
    withDurations(new Uint8Array(bytes).buffer, 2000, 2500);
  }
});
