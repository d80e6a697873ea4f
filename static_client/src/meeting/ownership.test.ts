import { describe, expect, test } from "vitest";
import { newest } from "../engine/slot";
import { ownerOf } from "./ownership";

const source = (number: number, rtpTimestamp: number, timestamp = 0): RTCRtpContributingSource => ({ source: number, rtpTimestamp, timestamp });

describe("whose frame it is", () => {
  test("one publisher alone owns every frame up to the last one received", () => {
    expect(ownerOf(1000, [source(7, 1000)])).toBe(7);
    expect(ownerOf(900, [source(7, 1000)])).toBe(7);
  });

  test("after a switch an old frame still on screen belongs to the old publisher", () => {
    const sources = [source(7, 1000), source(8, 4000)];
    expect(ownerOf(1000, sources)).toBe(7);
    expect(ownerOf(1001, sources)).toBe(8);
    expect(ownerOf(4000, sources)).toBe(8);
  });

  test("a frame later than anything received has no owner", () => {
    expect(ownerOf(5000, [source(7, 1000), source(8, 4000)])).toBeNull();
    expect(ownerOf(1, [])).toBeNull();
  });

  test("the timestamps may wrap", () => {
    const sources = [source(7, 0xffff_fff0), source(8, 200)];
    expect(ownerOf(0xffff_ff00, sources)).toBe(7);
    expect(ownerOf(0xffff_fff5, sources)).toBe(8);
    expect(ownerOf(100, sources)).toBe(8);
  });

  test("without a frame time the newest source counts", () => {
    expect(ownerOf(undefined, [source(7, 10, 5), source(8, 20, 6)])).toBe(8);
    expect(newest([source(7, 10, 5), source(8, 20, 5)])).toBe(8);
    expect(newest([])).toBeNull();
  });
});
