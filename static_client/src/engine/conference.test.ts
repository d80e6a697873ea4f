import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Conference } from "./conference";

/** The server's answer to `leave`. */
let answer: () => Promise<unknown>;
const called: string[] = [];

vi.mock("./signaling", () => ({
  Signaling: class {
    joined = true;
    connect(): void {}
    close(): void {}
    call(name: string): Promise<unknown> {
      called.push(name);
      return answer();
    }
  },
}));

beforeEach(() => {
  called.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
});

const make = () => new Conference({
  answer: { token: "t", expires_at: Date.now() + 1e6, participant: "a", conference: { id: "c1", title: "Council", record: false, start_as: "speaker", who_presents: "everyone" } },
  name: "Anna", back: "/home", consent: null, mode: "speak", mic: null, camera: null, micId: null, cameraId: null, micOn: false, cameraOn: false, phone: false,
});

test("whoever leaves is out when the server has answered, or has refused to", async () => {
  for (const reply of [() => Promise.resolve({}), () => Promise.reject(new Error("offline"))]) {
    answer = reply;
    const conference = make();
    await conference.leave();
    expect(conference.link.value).toMatchObject({ kind: "closed", code: "left" });
  }
  expect(called).toEqual(["leave", "leave"]);
});

test("a connection that hangs keeps nobody in the room, and the devices are off at once", async () => {
  answer = () => new Promise(() => undefined);
  const conference = make();
  const off = vi.spyOn(conference.local, "close");
  void conference.leave();
  expect(off).toHaveBeenCalled();
  expect(conference.link.value.kind).not.toBe("closed");
  await vi.advanceTimersByTimeAsync(2000);
  expect(conference.link.value).toMatchObject({ kind: "closed", code: "left" });
});

test("after leaving nothing waits to be come back to", async () => {
  answer = () => Promise.resolve({});
  const conference = make();
  expect(sessionStorage.length).toBe(1);
  await conference.leave();
  expect(sessionStorage.length).toBe(0);
});
