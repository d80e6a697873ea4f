// The room as this client knows it: a pure fold of the join answer and the events after it. No I/O, no clock.

import type { Banned, ChatMessage, JoinAck, Participant, ParticipantId, PeerNumber, Recording, RoomEvent, Waiting } from "./protocol";

export interface RoomState {
  readonly id: string;
  readonly title: string;
  readonly session: string;
  readonly startedAt: number;
  readonly you: ParticipantId;
  readonly seq: number;
  readonly locked: boolean;
  readonly chatClosed: boolean;
  readonly startAs: "speaker" | "listener";
  readonly whoPresents: "everyone" | "promoted";
  readonly maxParticipants: number;
  readonly spotlight: ParticipantId | null;
  readonly hands: readonly ParticipantId[];
  readonly allHeld: readonly string[];
  readonly recording: Recording;
  readonly participants: ReadonlyMap<ParticipantId, Participant>;
  readonly chat: readonly ChatMessage[];
  readonly banned: readonly Banned[];
  /** The planned end; null: none. */
  readonly endsAt: number | null;
  /** How far moderators may move it. */
  readonly longestEnd: number | null;
  readonly lobby: boolean;
  /** Who is before the door; moderators alone know. */
  readonly waiting: readonly Waiting[];
  readonly ended: "ended" | "empty" | "expired" | "limit" | null;
}

export function fromJoin(ack: JoinAck): RoomState {
  const room = ack.room;
  return {
    id: room.id,
    title: room.title,
    session: room.session,
    startedAt: room.started_at,
    you: ack.you,
    seq: ack.seq,
    locked: room.locked,
    chatClosed: room.chat_closed,
    startAs: room.start_as,
    whoPresents: room.who_presents,
    maxParticipants: room.max_participants,
    spotlight: room.spotlight,
    hands: room.hands,
    allHeld: room.all_held ?? [],
    recording: room.recording,
    participants: new Map(room.participants.map((one) => [one.id, one])),
    chat: room.chat,
    banned: room.banned,
    endsAt: room.ends_at ?? null,
    longestEnd: room.longest_end ?? null,
    lobby: room.lobby ?? false,
    waiting: room.waiting ?? [],
    ended: null,
  };
}

/** The state after `event`. An event that is already in the state (its number is not higher) changes nothing. */
export function apply(state: RoomState, event: RoomEvent): RoomState {
  if (event.seq <= state.seq) return state;
  return { ...change(state, event), seq: event.seq };
}

function change(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case "participant_joined":
      return { ...state, participants: new Map(state.participants).set(event.participant.id, event.participant) };
    case "participant_left": {
      const participants = new Map(state.participants);
      participants.delete(event.id);
      return {
        ...state,
        participants,
        hands: state.hands.filter((id) => id !== event.id),
        spotlight: state.spotlight === event.id ? null : state.spotlight,
      };
    }
    case "participant_changed": {
      const before = state.participants.get(event.id);
      if (before === undefined) return state;
      const participants = new Map(state.participants).set(event.id, { ...before, ...event.set });
      // Who waits and who is banned is for moderators only: nobody tells us how that goes on.
      const blind = event.id === state.you && event.set.moderator === false ? { waiting: [], banned: [] } : {};
      return { ...state, ...blind, participants };
    }
    case "hands_changed":
      return { ...state, hands: event.hands };
    case "chat_message":
      return { ...state, chat: [...state.chat, event.message] };
    case "chat_deleted":
      return {
        ...state,
        chat: state.chat.map((one) =>
          one.id === event.message ? { ...one, text: "", deleted_by: event.by ?? event.actor ?? one.from } : one,
        ),
      };
    case "chat_closed":
      return { ...state, chatClosed: event.closed };
    case "locked":
      return { ...state, locked: event.locked };
    case "spotlight_changed":
      return { ...state, spotlight: event.id };
    case "recording_changed":
      return { ...state, recording: event.recording };
    case "banned_changed":
      return { ...state, banned: event.banned };
    case "knocked":
      return { ...state, waiting: [...state.waiting.filter((one) => one.id !== event.waiting.id), event.waiting] };
    case "knock_message":
      return { ...state, waiting: state.waiting.map((one) => (one.id === event.id ? { ...one, message: event.text } : one)) };
    case "waiting_left":
      return { ...state, waiting: state.waiting.filter((one) => !event.ids.includes(one.id)) };
    case "lobby_changed":
      return { ...state, lobby: event.on };
    case "ending":
    case "end_moved":
      return { ...state, endsAt: event.ends_at };
    case "settings_changed":
      return { ...state, title: event.title, maxParticipants: event.max_participants, endsAt: event.ends_at, longestEnd: event.longest_end };
    case "all_held_changed":
      return { ...state, allHeld: event.held };
    case "session_started":
      return { ...state, session: event.session, startedAt: event.started_at, ended: null };
    case "session_ended":
      return { ...state, ended: event.reason };
    case "asked":
    case "reaction":
    case "consent_asked":
      return state;
    default:
      return state; // a newer server's event: its number counts, its content is skipped
  }
}

export function self(state: RoomState): Participant | undefined {
  return state.participants.get(state.you);
}

export function byNumber(state: RoomState, number: PeerNumber): Participant | undefined {
  for (const one of state.participants.values()) if (one.number === number) return one;
  return undefined;
}

/** May this person send the microphone and camera, or the screen, by role? Holds are another matter. */
export function maySpeak(person: Participant): boolean {
  return person.role !== "listener";
}

export function mayShare(person: Participant, state: RoomState): boolean {
  return person.role === "presenter" || (person.role === "speaker" && state.whoPresents === "everyone");
}

/** People in the order of the list: raised hands first in their order, then oneself, moderators, presenters, names. */
export function ordered(state: RoomState): Participant[] {
  const place = new Map(state.hands.map((id, index) => [id, index]));
  const rank = (one: Participant): number => {
    if (one.id === state.you) return 0;
    if (one.moderator) return 1;
    return one.role === "presenter" ? 2 : one.role === "speaker" ? 3 : 4;
  };
  return [...state.participants.values()].sort((a, b) => {
    const hand = (place.get(a.id) ?? Infinity) - (place.get(b.id) ?? Infinity);
    if (hand !== 0 && !Number.isNaN(hand)) return hand;
    return rank(a) - rank(b) || a.name.localeCompare(b.name) || a.number - b.number;
  });
}
