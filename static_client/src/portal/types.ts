// The REST API's objects (portal/API.md) as the portal uses them.

export type State = "planned" | "open" | "running" | "postponed" | "cancelled" | "ended" | "expired";
export type Kind = "instant" | "scheduled" | "reservation";
/** To an invitation, in the order in which they are offered. */
export const ANSWERS = ["accepted", "tentative", "declined"] as const;
export type Answer = (typeof ANSWERS)[number];
export type Rsvp = "none" | Answer;

export interface Invitee {
  id: string;
  name: string;
  moderator: boolean;
  url: string;
  kind: "user" | "person" | "guest" | "name";
  email: string | null;
  telephone: string | null;
  language: string;
  rsvp: Rsvp;
}

export interface SessionDate {
  starts_at: number;
  ends_at: number;
}

/** A row of a list (E2-108). */
export interface ConferenceItem {
  id: string;
  title: string;
  kind: Kind;
  starts_at: number;
  ends_at: number;
  ended_at: number | null;
  opens_at: number;
  time_zone: string;
  coordinator: string;
  /** On whose behalf it is, if not the body alone. */
  unit: string | null;
  participants: number;
  participants_now: number;
  record: boolean;
  state: State;
  mine: "owner" | "collaborator" | "body" | "invited";
  rsvp: Rsvp | null;
  rights: ("manage" | "enter" | "connect")[];
}

export interface Paged<T> {
  items: T[];
  page: number;
  size: number;
  total: number;
}

export interface ConferenceFields {
  title: string;
  description: string;
  kind: Kind;
  starts_at: number | null;
  ends_at: number | null;
  sessions: SessionDate[];
  time_zone: string;
  language: string;
  opens_before_min: number;
  lobby: boolean;
  record: boolean;
  start_as: "speaker" | "listener";
  who_presents: "everyone" | "promoted";
  max_participants: number;
  /** null: on behalf of the body alone. Absent: as the server has it. */
  unit_id?: string | null;
  sms_invite: boolean;
  sms_reminder: boolean;
}

export interface Conference extends Omit<ConferenceFields, "starts_at" | "ends_at"> {
  id: string;
  starts_at: number;
  ends_at: number;
  opens_at: number;
  created_at: number;
  ended_at: number | null;
  state: State;
  mine: "owner" | "collaborator" | "body";
  coordinator: string;
  participants_now: number;
  participant_url: string;
  moderator_url: string;
  number: string;
  pin: string;
  admin_pin: string;
  invitees: Invitee[];
}

/** What was or will be sent about a conference. */
export interface Message {
  id: number;
  kind: string;
  channel: "mail" | "sms";
  invitee: { id: string; name: string } | null;
  state: "waiting" | "sending" | "sent" | "failed";
  due_at: number;
  sent_at: number | null;
  tries: number;
  error: string | null;
  retry: boolean;
}

export interface Recording {
  id: string;
  conference_id: string;
  title: string;
  started_at: number;
  ended_at: number | null;
  state: "capturing" | "ready" | "deleted";
  bytes: number;
  duration_ms: number;
  fragments: number;
  days_left: number | null;
  expires_at: number | null;
  receipt: { deleted_at: number; cause: string; bytes: number } | null;
}

/** Of one conference. */
export const pathOf = (id: string): string => `/api/conferences/${encodeURIComponent(id)}`;

export const isOver = (state: State): boolean => state === "ended" || state === "expired" || state === "cancelled";
