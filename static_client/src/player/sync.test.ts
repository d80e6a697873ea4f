import { describe, expect, test } from "vitest";
import { Clock } from "./clock";
import { clockShift, correct, SEEK_MS, START_MS, STOP_MS, type ElementState } from "./sync";

const element = (over: Partial<ElementState> = {}): ElementState => ({ kind: "audio", atMs: 1000, correcting: false, lastSeekAt: -Infinity, covered: true, nextStartMs: null, ...over });
const running = { ms: 1000, running: true, rate: 1 };

describe("the clock", () => {
  test("runs with its rate and stands when stopped", () => {
    const clock = new Clock();
    clock.set(5000, 0);
    clock.start(100);
    expect(clock.at(1100)).toBe(6000);
    clock.setRate(2, 1100);
    expect(clock.at(1600)).toBe(7000);
    clock.stop(1600);
    expect(clock.at(9999)).toBe(7000);
    expect(clock.running).toBe(false);
  });
  test("starting twice changes nothing", () => {
    const clock = new Clock();
    clock.start(0);
    clock.start(500);
    expect(clock.at(1000)).toBe(1000);
  });
  test("can be set while it runs", () => {
    const clock = new Clock();
    clock.start(0);
    clock.set(60_000, 1000);
    expect(clock.at(1500)).toBe(60_500);
  });
});

describe("an element", () => {
  test("in time plays at the clock's rate", () => {
    expect(correct(element(), running, 0)).toEqual({ seekTo: null, play: true, rate: 1, correcting: false });
    expect(correct(element(), { ...running, rate: 1.5 }, 0).rate).toBe(1.5);
  });
  test("late hurries, early dawdles, neither more than can be borne", () => {
    expect(correct(element({ atMs: 960 }), running, 0).rate).toBeGreaterThan(1);
    expect(correct(element({ atMs: 1040 }), running, 0).rate).toBeLessThan(1);
    expect(correct(element({ atMs: 700 }), running, 0).rate).toBeLessThanOrEqual(1.08);
    expect(correct(element({ atMs: 700, kind: "video" }), running, 0).rate).toBeLessThanOrEqual(1.2);
  });
  test("is let alone inside the tolerance, and corrected to well inside it once begun", () => {
    const drift = (START_MS + STOP_MS) / 2;
    expect(correct(element({ atMs: 1000 + drift }), running, 0).correcting).toBe(false);
    expect(correct(element({ atMs: 1000 + drift, correcting: true }), running, 0).correcting).toBe(true);
    expect(correct(element({ atMs: 1000 + STOP_MS - 1, correcting: true }), running, 0).rate).toBe(1);
  });
  test("far off jumps, but not again at once", () => {
    expect(correct(element({ atMs: 1000 + SEEK_MS + 1 }), running, 1000).seekTo).toBe(1000);
    expect(correct(element({ atMs: 1000 + SEEK_MS + 1, lastSeekAt: 900 }), running, 1000).seekTo).toBeNull();
  });
  test("stands exactly at the playhead while the clock stands", () => {
    const clock = { ms: 1000, running: false, rate: 1 };
    expect(correct(element({ atMs: 1010 }), clock, 0)).toMatchObject({ seekTo: 1000, play: false });
    expect(correct(element({ atMs: 1001 }), clock, 0)).toMatchObject({ seekTo: null, play: false });
  });
  test("waits in a gap, at the place where it goes on", () => {
    expect(correct(element({ covered: false, nextStartMs: 4000 }), running, 1000)).toMatchObject({ seekTo: 4000, play: false });
    expect(correct(element({ covered: false, nextStartMs: 4000, atMs: 4000 }), running, 1000)).toMatchObject({ seekTo: null, play: false });
    expect(correct(element({ covered: false }), running, 1000)).toMatchObject({ seekTo: null, play: false });
  });
});

test("correction brings an element within 40 ms in under two seconds and keeps it there", () => {
  for (const kind of ["audio", "video"] as const) {
    let at = -90;
    let correcting = false;
    let within = Infinity;
    for (let now = 0; now < 6000; now += 50) {
      const step = correct(element({ kind, atMs: at, correcting }), { ms: now, running: true, rate: 1 }, now);
      correcting = step.correcting;
      // This element's own crystal is 200 ppm slow.
      at += 50 * step.rate * 0.9998;
      if (Math.abs(at - (now + 50)) <= 40) within = Math.min(within, now);
      else within = Infinity;
    }
    expect(within).toBeLessThan(2000);
  }
});

test("the clock follows the median, not an outlier", () => {
  expect(clockShift([-60, -58, -62, 5])).toBe(-60);
  expect(clockShift([1, 2, -300])).toBe(0);
  expect(clockShift([])).toBe(0);
  expect(clockShift([-5000, -5000])).toBe(0);
});
