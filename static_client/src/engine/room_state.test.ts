import { describe, expect, test } from "vitest";
import type { RoomEvent } from "./protocol";
import { apply, fromJoin, mayShare, maySpeak, ordered, self } from "./room_state";
import { event, joined, person } from "./testing";

const start = (): ReturnType<typeof fromJoin> => fromJoin(joined([person("a", 1), person("b", 2, { moderator: true }), person("c", 3)]));

describe("the room state", () => {
  test("an event that is already in the snapshot changes nothing", () => {
    const state = start();
    expect(apply(state, event(10, { type: "locked", locked: true }))).toBe(state);
  });

  test("S-16: a mute by a moderator arrives as held and by whom", () => {
    const state = apply(start(), event(11, { type: "participant_changed", id: "a", set: { mic: { on: false, held: true, by: "moderator" } } }));
    expect(self(state)?.mic).toEqual({ on: false, held: true, by: "moderator" });
    expect(state.seq).toBe(11);
    expect(state.participants.get("b")?.mic.on).toBe(true);
  });

  test("who leaves also leaves the queue of hands and the spotlight", () => {
    let state = apply(start(), event(11, { type: "hands_changed", hands: ["c", "b"] }));
    state = apply(state, event(12, { type: "spotlight_changed", id: "c" }));
    state = apply(state, event(13, { type: "participant_left", id: "c", reason: "kicked" }));
    expect([...state.participants.keys()]).toEqual(["a", "b"]);
    expect(state.hands).toEqual(["b"]);
    expect(state.spotlight).toBeNull();
  });

  test("a change of somebody unknown is counted and otherwise ignored", () => {
    const state = apply(start(), event(11, { type: "participant_changed", id: "zz", set: { moderator: true } }));
    expect(state.participants.size).toBe(3);
    expect(state.seq).toBe(11);
  });

  test("an event type of a newer server is counted and otherwise ignored", () => {
    const state = apply(start(), { seq: 11, at: 1, actor: null, type: "from_the_future" } as unknown as RoomEvent);
    expect(state.seq).toBe(11);
  });

  test("a deleted chat message keeps its place and loses its text", () => {
    const message = { id: "m1", from: "c", from_name: "C", to: null, text: "secret", at: 1, deleted_by: null };
    let state = apply(start(), event(11, { type: "chat_message", message }));
    state = apply(state, event(12, { type: "chat_deleted", message: "m1", by: "b" }));
    expect(state.chat).toEqual([{ ...message, text: "", deleted_by: "b" }]);
  });

  test("hands come first in their order, then oneself, then moderators", () => {
    const state = apply(start(), event(11, { type: "hands_changed", hands: ["c"] }));
    expect(ordered(state).map((one) => one.id)).toEqual(["c", "a", "b"]);
    expect(ordered(start()).map((one) => one.id)).toEqual(["a", "b", "c"]);
  });

  test("S-17: where only the promoted present, a speaker does not share", () => {
    const everyone = start();
    const promoted = fromJoin(joined([person("a", 1)], { who_presents: "promoted" }));
    expect(mayShare(person("x", 9), everyone)).toBe(true);
    expect(mayShare(person("x", 9), promoted)).toBe(false);
    expect(mayShare(person("x", 9, { role: "presenter" }), promoted)).toBe(true);
    expect(maySpeak(person("x", 9, { role: "listener" }))).toBe(false);
  });
});
