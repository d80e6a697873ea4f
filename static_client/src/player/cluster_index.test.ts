import { expect, test } from "vitest";
import { CHUNK_RECORDS, ClusterIndex, RECORD_BYTES } from "./cluster_index";
import { indexBytes, steady } from "./fixtures";

function whole(records: readonly (readonly [number, boolean])[]): ClusterIndex {
  const index = new ClusterIndex(records.length);
  index.setCount(records.length);
  index.put(0, indexBytes(records));
  return index;
}

test("the first record's offset is the length of the initialisation segment", () => {
  expect(whole(steady(3)).offset(0)).toBe(300);
});

test("a time belongs to the last cluster at or before it", () => {
  const index = whole([[0, true], [1000, false], [31_000, true], [32_000, false]]);
  expect([0, 999, 1000, 30_999, 31_000, 999_999].map((ms) => index.find(ms))).toEqual([0, 0, 1, 1, 2, 3].map((record) => ({ record })));
});

test("a time before the first cluster belongs to it", () => {
  expect(whole([[700, true], [1700, false]]).find(0)).toEqual({ record: 0 });
});

test("decoding begins at the keyframe before", () => {
  const index = whole(steady(12));
  expect([0, 4, 5, 11].map((record) => index.keyBefore(record))).toEqual([0, 0, 5, 10].map((record) => ({ record })));
});

test("byte ranges end where the next cluster begins, the last one at the end of the file", () => {
  const index = whole(steady(4));
  expect(index.bytes(1, 2)).toEqual({ start: 1300, end: 3300 });
  expect(index.bytes(3, 3)).toEqual({ start: 3300, end: null });
});

test("an empty index has nothing to find", () => {
  const index = whole([]);
  expect(index.count).toBe(0);
  expect(index.find(5)).toBeNull();
});

test("a torn last record (kill -9) is left out", () => {
  const index = new ClusterIndex(10);
  index.setCount(3.5);
  index.put(0, indexBytes(steady(4)).slice(0, 3 * RECORD_BYTES + 7));
  expect(index.count).toBe(3);
  expect(index.find(99_000)).toEqual({ record: 2 });
});

test("records that go backwards end the index there", () => {
  const bytes = indexBytes([[0, true], [1000, false], [500, false], [3000, true]]);
  const index = new ClusterIndex(4);
  index.put(0, bytes);
  expect(index.count).toBe(2);
  expect(index.find(9000)).toEqual({ record: 1 });
});

test("offsets above four gigabytes are exact", () => {
  const bytes = indexBytes([[0, true]]);
  new DataView(bytes).setBigUint64(8, 2n ** 40n + 123n, true);
  const index = new ClusterIndex(1);
  index.put(0, bytes);
  expect(index.offset(0)).toBe(2 ** 40 + 123);
});

/** Loads chunks as asked until the record is found; returns it with the number of loads. */
function locate(records: readonly (readonly [number, boolean])[], ms: number, index = new ClusterIndex(records.length)): [number, number] {
  const bytes = indexBytes(records);
  let loads = 0;
  for (;;) {
    const found = index.find(ms);
    if (found === null) throw new Error("nothing");
    if ("record" in found) return [found.record, loads];
    expect(index.hasChunk(found.chunk), "asks only for what is missing").toBe(false);
    loads += 1;
    if (loads > 40) throw new Error("does not end");
    index.setCount(records.length);
    index.put(found.chunk, bytes.slice(found.chunk * CHUNK_RECORDS * RECORD_BYTES, (found.chunk + 1) * CHUNK_RECORDS * RECORD_BYTES));
  }
}

test("two hours are found in one or two loads, not fifteen", () => {
  const records = steady(7200);
  for (const second of [0, 1, 511, 512, 513, 3600, 5119, 5120, 7199]) {
    const [record, loads] = locate(records, second * 1000 + 300);
    expect(record).toBe(second);
    expect(loads).toBeLessThanOrEqual(2);
  }
});

test("long mutes in the middle do not lead the search astray", () => {
  const records: [number, boolean][] = [];
  let ms = 0;
  for (let i = 0; i < 3000; i++) {
    records.push([ms, true]);
    ms += i % 700 === 699 ? 900_000 : 1000;
  }
  for (const i of [0, 300, 699, 700, 1024, 1399, 1400, 2100, 2999]) {
    const [at] = records[i] as [number, boolean];
    expect(locate(records, at)[0]).toBe(i);
    expect(locate(records, at + 999)[0]).toBe(i);
    const [, loads] = locate(records, at + 10);
    expect(loads).toBeLessThanOrEqual(6);
  }
  expect(locate(records, 699 * 1000 + 500_000)[0]).toBe(699);
});

test("a wrong guess of the length still ends", () => {
  for (const guessed of [1, 100, 10_000]) expect(locate(steady(2000), 1_999_500, new ClusterIndex(guessed))[0]).toBe(1999);
});

test("every time of a random index is found", () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 20; round++) {
    const records: [number, boolean][] = [];
    let ms = Math.floor(random() * 3000);
    for (let i = 0; i < 1 + random() * 2500; i++) {
      records.push([ms, random() < 0.2]);
      ms += 200 + Math.floor(random() * (random() < 0.02 ? 400_000 : 1500));
    }
    for (let k = 0; k < 30; k++) {
      const at = Math.floor(random() * ms);
      const expected = Math.max(0, records.findLastIndex(([start]) => start <= at));
      expect(locate(records, at)[0]).toBe(expected);
    }
  }
});
