// The words of signaling/PROTOCOL.md as types: what goes over the wire, nothing else.

export type ParticipantId = string;
export type PeerNumber = number;
export type Role = "listener" | "speaker" | "presenter";
export type Mode = "speak" | "listen";
export type Consent = "yes" | "no" | null;
export type UplinkPurpose = "mic" | "camera" | "screen" | "screen_audio";
export type SlotPurpose = "slot_audio" | "slot_video" | "slot_screen" | "slot_screen_audio";
/** `"<number>/<purpose>"`, such as `"7/camera"`. */
export type Source = string;

export interface MediaFlag {
  on: boolean;
  held: boolean;
  by: "self" | "moderator";
}

export interface ScreenFlag extends MediaFlag {
  audio: boolean;
}

export interface Promotion {
  role: "speaker" | "presenter";
  by: ParticipantId;
}

export interface Participant {
  id: ParticipantId;
  number: PeerNumber;
  name: string;
  role: Role;
  moderator: boolean;
  organiser: boolean;
  guest: boolean;
  phone: boolean;
  mode: Mode;
  connected: boolean;
  consent: Consent;
  joined_at: number;
  mic: MediaFlag;
  camera: MediaFlag;
  screen: ScreenFlag;
  promotion: Promotion | null;
}

export interface ChatMessage {
  id: string;
  from: ParticipantId;
  from_name: string;
  to: ParticipantId | null;
  text: string;
  at: number;
  deleted_by: ParticipantId | null;
}

export interface Recording {
  wanted: boolean;
  state: "off" | "armed" | "recording";
  since: number | null;
  fragments: number;
  by: ParticipantId | null;
}

export interface Banned {
  id: ParticipantId;
  name: string;
}

/** Somebody before the door, as moderators see them. */
export interface Waiting {
  id: ParticipantId;
  name: string;
  guest: boolean;
  since: number;
  message: string;
}

/** One's own place before the door. */
export interface LobbyPlace {
  title: string;
  position: number;
  of: number;
  /** Is a moderator in the room who sees it? */
  attended: boolean;
  message: string;
}

export interface RoomSnapshot {
  id: string;
  title: string;
  session: string;
  started_at: number;
  now: number;
  locked: boolean;
  chat_closed: boolean;
  start_as: "speaker" | "listener";
  who_presents: "everyone" | "promoted";
  max_participants: number;
  spotlight: ParticipantId | null;
  hands: ParticipantId[];
  all_held?: string[];
  recording: Recording;
  participants: Participant[];
  chat: ChatMessage[];
  banned: Banned[];
  ends_at: number | null;
  longest_end: number | null;
  lobby: boolean;
  waiting: Waiting[];
}

/** The answer of `join` to whoever has to wait. */
export interface WaitAck {
  you: ParticipantId;
  waiting: LobbyPlace;
}

export interface JoinAck {
  you: ParticipantId;
  number: PeerNumber;
  seq: number;
  grace_s: number;
  /** The media connection that the server still holds for us; null: an offer is needed. */
  connection: number | null;
  missed: RoomEvent[];
  room: RoomSnapshot;
}

interface EventBase {
  seq: number;
  at: number;
  actor: ParticipantId | null;
  action?: string | null;
}

export type RoomEvent = EventBase &
  (
    | { type: "participant_joined"; participant: Participant }
    | { type: "participant_left"; id: ParticipantId; reason: "left" | "timeout" | "kicked" | "banned" | "ended" }
    | { type: "participant_changed"; id: ParticipantId; set: Partial<Participant> }
    | { type: "asked"; id: ParticipantId; what: "unmute" }
    | { type: "hands_changed"; hands: ParticipantId[] }
    | { type: "reaction"; id: ParticipantId; reaction: Reaction }
    | { type: "chat_message"; message: ChatMessage }
    | { type: "chat_deleted"; message: string; by: ParticipantId | null }
    | { type: "chat_closed"; closed: boolean }
    | { type: "locked"; locked: boolean }
    | { type: "spotlight_changed"; id: ParticipantId | null }
    | { type: "recording_changed"; recording: Recording }
    | { type: "consent_asked" }
    | { type: "banned_changed"; banned: Banned[] }
    | { type: "all_held_changed"; held: string[] }
    | { type: "session_started"; session: string; started_at: number }
    | { type: "knocked"; waiting: Waiting }
    | { type: "knock_message"; id: ParticipantId; text: string }
    | { type: "waiting_left"; ids: ParticipantId[]; outcome: "admitted" | "refused" | "gone" }
    | { type: "lobby_changed"; on: boolean }
    | { type: "ending"; ends_at: number }
    | { type: "end_moved"; ends_at: number }
    | { type: "settings_changed"; title: string; max_participants: number; ends_at: number | null; longest_end: number | null }
    | { type: "session_ended"; reason: "ended" | "empty" | "expired" | "limit" }
  );

export const REACTIONS = ["thumbs_up", "clap", "heart", "laugh", "surprise", "celebrate"] as const;
export type Reaction = (typeof REACTIONS)[number];

export type ModerateAction =
  | "mute" | "stop_camera" | "stop_share" | "release" | "ask_unmute" | "lower_hand"
  | "promote_speaker" | "promote_presenter" | "demote_listener" | "demote_speaker"
  | "make_moderator" | "remove_moderator" | "spotlight" | "unspotlight" | "kick" | "ban" | "unban";

/** The calls of PROTOCOL.md section 3 and their payloads. */
export interface Calls {
  join: { consent: Consent; mode: Mode; mic: boolean; camera: boolean; screen: boolean; since: number | null };
  offer: { connection: number; sdp: string; lines: Record<string, UplinkPurpose | SlotPurpose> };
  view: { tiles: ViewTile[] };
  mic: { on: boolean };
  camera: { on: boolean };
  screen: { on: boolean; audio: boolean };
  mode: { mode: Mode };
  hand: { raised: boolean; participant: ParticipantId | null };
  react: { reaction: Reaction };
  chat_send: { text: string; to: ParticipantId | null };
  chat_delete: { message: string };
  chat_close: { closed: boolean };
  moderate: { action: ModerateAction; target: ParticipantId | null; hold?: boolean };
  promotion_answer: { accept: boolean };
  lobby_message: { text: string };
  admit: { target: ParticipantId | null };
  refuse: { target: ParticipantId | null };
  lobby: { on: boolean };
  extend: { minutes: number };
  consent: { consent: "yes" | "no" };
  lock: { locked: boolean };
  recording: { action: "request" | "start" | "stop" };
  end: Record<string, never>;
  leave: Record<string, never>;
}

export interface Answers {
  join: JoinAck | WaitAck;
  offer: { sdp: string };
}

export type AnswerOf<K extends keyof Calls> = K extends keyof Answers ? Answers[K] : object;

export interface ViewTile {
  source: Source;
  height: number;
}

export type SlotLiveness = "live" | "waiting" | "paused" | "undecodable";

export interface SlotFact {
  mid: string;
  source: Source | null;
  state: SlotLiveness;
}

export interface Speakers {
  active: PeerNumber[];
  dominant: PeerNumber | null;
}

export type ClosingCode =
  | "kicked" | "banned" | "refused" | "ended" | "cancelled" | "expired" | "empty" | "limit" | "left" | "replaced" | "restarting" | "protocol_error" | "token_expired" | "token_invalid";

export interface Closing {
  code: ClosingCode;
  message: string;
  actor_name?: string | null;
}

/** A refusal with the server's stable code (PROTOCOL.md section 6), or one of ours: `timeout`, `offline`. */
export class CallError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
