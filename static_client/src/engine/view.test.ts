import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { computeView, heightStep, ViewSender } from "./view";

describe("the view", () => {
  test("heights are rounded up to steps, so that a few pixels do not matter", () => {
    expect(heightStep(181)).toBe(180);
    expect(heightStep(230)).toBe(240);
    expect(heightStep(4000)).toBe(1080);
    expect(heightStep(20)).toBe(90);
  });

  test("the focus comes first, then the taller tiles, each source once", () => {
    const tiles = [
      { source: "3/camera", height: 120, rank: 2 },
      { source: "7/screen", height: 640, rank: 0 },
      { source: "4/camera", height: 340, rank: 2 },
      { source: "3/camera", height: 500, rank: 1 },
    ];
    expect(computeView(tiles, 1)).toEqual([
      { source: "7/screen", height: 720 },
      { source: "3/camera", height: 540 },
      { source: "4/camera", height: 360 },
    ]);
  });

  test("tiles without height are not on screen", () => {
    expect(computeView([{ source: "3/camera", height: 0, rank: 0 }], 2)).toEqual([]);
  });
});

describe("sending it", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const tile = (height: number) => [{ source: "3/camera", height }];

  test("the first view goes at once, changes are gathered, the same is not sent again", async () => {
    const send = vi.fn(async () => undefined);
    const sender = new ViewSender(send);
    sender.update(tile(180));
    await vi.advanceTimersByTimeAsync(1);
    expect(send).toHaveBeenCalledTimes(1);
    sender.update(tile(240));
    sender.update(tile(360));
    await vi.advanceTimersByTimeAsync(200);
    expect(send).toHaveBeenCalledTimes(2);
    expect(send).toHaveBeenLastCalledWith(tile(360));
    sender.update(tile(360));
    await vi.advanceTimersByTimeAsync(200);
    expect(send).toHaveBeenCalledTimes(2);
  });

  test("a change that is taken back before it was sent sends nothing", async () => {
    const send = vi.fn(async () => undefined);
    const sender = new ViewSender(send);
    sender.update(tile(180));
    await vi.advanceTimersByTimeAsync(1);
    sender.update(tile(240));
    sender.update(tile(180));
    await vi.advanceTimersByTimeAsync(200);
    expect(send).toHaveBeenCalledTimes(1);
  });

  test("after a new connection the server hears it again", async () => {
    const send = vi.fn(async () => undefined);
    const sender = new ViewSender(send);
    sender.update(tile(180));
    await vi.advanceTimersByTimeAsync(1);
    sender.repeat();
    await vi.advanceTimersByTimeAsync(1);
    expect(send).toHaveBeenCalledTimes(2);
  });
});
