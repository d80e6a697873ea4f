import { describe, expect, test } from "vitest";
import type { RoomEvent } from "../engine/protocol";
import { apply, fromJoin, type RoomState } from "../engine/room_state";
import { event, joined, person } from "../engine/testing";
import { noticeFor } from "./notices";

const start = (): RoomState => fromJoin(joined([person("a", 1), person("b", 2, { moderator: true, name: "Bela" }), person("c", 3, { name: "Cleo" })]));
const say = (one: RoomEvent, state = start()): string | null => noticeFor(one, state, apply(state, one))?.text ?? null;
const changed = (id: string, set: object, actor: string | null = "b", action?: string): RoomEvent =>
  ({ ...event(11, { type: "participant_changed", id, set } as never, actor), ...(action === undefined ? {} : { action }) }) as RoomEvent;

describe("notices", () => {
  test("S-16: the one who is muted hears by whom, and whether it is held", () => {
    expect(say(changed("a", { mic: { on: false, held: false, by: "moderator" } }))).toBe("Bela muted you");
    expect(say(changed("a", { mic: { on: false, held: true, by: "moderator" } }))).toBe("Bela muted you and holds your microphone off");
  });

  test("one's own acts and other people's microphones are not told", () => {
    expect(say(changed("a", { mic: { on: false, held: false, by: "self" } }, "a"))).toBeNull();
    expect(say(changed("c", { mic: { on: false, held: false, by: "self" } }, "c"))).toBeNull();
  });

  test("S-15: a removal says who and by whom", () => {
    expect(say(event(11, { type: "participant_left", id: "c", reason: "kicked" }))).toBe("Bela removed Cleo");
  });

  test("joins are silent in a large room", () => {
    const newcomer = event(11, { type: "participant_joined", participant: person("z", 99, { name: "Zoe" }) }, "z");
    expect(say(newcomer)).toBe("Zoe joined");
    const large = fromJoin(joined(Array.from({ length: 20 }, (_, i) => person(i === 0 ? "a" : `p${i}`, i + 1))));
    expect(say(newcomer, large)).toBeNull();
  });

  test("S-24: an accepted or declined invitation is told to who invited", () => {
    const invited = fromJoin(joined([person("a", 1, { moderator: true }), person("c", 3, { name: "Cleo", promotion: { role: "presenter", by: "a" } })]));
    expect(say(changed("c", { promotion: null }, "c", "decline_promotion"), invited)).toBe("Cleo declined the invitation");
    expect(say(changed("c", { promotion: null, role: "presenter" }, "c", "accept_promotion"), invited)).toBe("Cleo accepted the invitation");
  });

  test("S-44: everybody hears that recording has begun", () => {
    const recording = { wanted: true, state: "recording" as const, since: 1, fragments: 0, by: "b" };
    expect(say(event(11, { type: "recording_changed", recording }))).toBe("Bela started recording");
  });
});
