// Plain values for tests: people, join answers, events.

import type { JoinAck, Participant, RoomEvent } from "./protocol";

export function person(id: string, number: number, change: Partial<Participant> = {}): Participant {
  return {
    id, number, name: id.toUpperCase(), role: "speaker", moderator: false, organiser: false, guest: false, phone: false,
    mode: "speak", connected: true, consent: null, joined_at: number, promotion: null,
    mic: { on: true, held: false, by: "self" }, camera: { on: false, held: false, by: "self" },
    screen: { on: false, held: false, by: "self", audio: false }, ...change,
  };
}

export function joined(people: Participant[], change: Partial<JoinAck["room"]> = {}): JoinAck {
  return {
    you: "a", number: 1, seq: 10, grace_s: 30, connection: null, missed: [],
    room: {
      id: "c1", title: "Council", session: "s1", started_at: 0, now: 0, locked: false, chat_closed: false, start_as: "speaker",
      who_presents: "everyone", max_participants: 300, spotlight: null, hands: [], all_held: [],
      recording: { wanted: false, state: "off", since: null, fragments: 0, by: null }, participants: people, chat: [], banned: [],
      ends_at: null, longest_end: null, lobby: false, waiting: [],
      ...change,
    },
  };
}

type Body<E = RoomEvent> = E extends RoomEvent ? Omit<E, "seq" | "at" | "actor"> : never;
export const event = (seq: number, body: Body, actor: string | null = "b"): RoomEvent => ({ seq, at: seq, actor, ...body }) as RoomEvent;
