import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "./local_media";

class Track extends EventTarget {
  enabled = true;
  readyState: "live" | "ended" = "live";
  contentHint = "";
  constructor(readonly kind: "audio" | "video") {
    super();
  }
  stop(): void {
    this.readyState = "ended";
  }
}

const stream = (...tracks: Track[]) => ({
  getTracks: () => tracks,
  getAudioTracks: () => tracks.filter((one) => one.kind === "audio"),
  getVideoTracks: () => tracks.filter((one) => one.kind === "video"),
});

let opened: Track[];
let answer: (() => void) | null;

/** The browser asks first; `answer` is the press on "allow". */
function asks(kinds: readonly Track["kind"][]): Promise<unknown> {
  return new Promise((resolve) => {
    answer = () => {
      const tracks = kinds.map((kind) => new Track(kind));
      opened.push(...tracks);
      resolve(stream(...tracks));
    };
  });
}

beforeEach(() => {
  opened = [];
  answer = null;
  vi.stubGlobal("navigator", {
    mediaDevices: {
      getUserMedia: (wanted: MediaStreamConstraints) => asks(wanted.audio === undefined ? ["video"] : ["audio"]),
      getDisplayMedia: () => asks(["video", "audio"]),
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

const make = (onEnded = vi.fn()) => new LocalMedia({ onEnded, onVoice: () => undefined, onSilence: () => undefined });
const states = () => opened.map((one) => one.readyState);

const OPENINGS = [
  ["microphone", (local: LocalMedia) => local.needMic(null)],
  ["camera", (local: LocalMedia) => local.needCamera(null)],
  ["screen", (local: LocalMedia) => local.openScreen()],
] as const;

test.each(OPENINGS)("a %s that is allowed is open until everything is let go", async (_, open) => {
  const local = make();
  const opening = open(local);
  answer?.();
  await opening;
  expect(new Set(states())).toEqual(new Set(["live"]));
  local.close();
  expect(new Set(states())).toEqual(new Set(["ended"]));
});

test.each(OPENINGS)("a %s that is allowed only after somebody has left stays off", async (_, open) => {
  const local = make();
  const opening = open(local);
  local.close();
  answer?.();
  await expect(opening).rejects.toMatchObject({ problem: "dismissed" });
  expect(opened.length).toBeGreaterThan(0);
  expect(new Set(states())).toEqual(new Set(["ended"]));
  expect([local.mic.value, local.camera.value, local.screen.value]).toEqual([null, null, null]);
});

test("an open microphone is not asked for again, another one takes its place and its silence", async () => {
  const local = make();
  const first = local.needMic(null);
  answer?.();
  const mic = await first;
  expect(await local.needMic("other")).toBe(mic);
  mic.enabled = false;
  const second = local.changeMic("other");
  answer?.();
  expect((await second).enabled).toBe(false);
  expect(states()).toEqual(["ended", "live"]);
});

test("only the device that is used now tells of its end", async () => {
  const onEnded = vi.fn();
  const local = make(onEnded);
  for (const id of ["a", "b"]) {
    const change = local.changeCamera(id);
    answer?.();
    await change;
  }
  opened[0]?.dispatchEvent(new Event("ended"));
  expect(onEnded).not.toHaveBeenCalled();
  opened[1]?.dispatchEvent(new Event("ended"));
  expect(onEnded.mock.calls).toEqual([["camera"]]);
});
