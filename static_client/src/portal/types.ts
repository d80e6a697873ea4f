// The REST API's objects (portal/API.md) as the portal uses them.

export interface Invitee {
  id: string;
  name: string;
  moderator: boolean;
  url: string;
}

export interface Conference {
  id: string;
  title: string;
  description: string;
  record: boolean;
  start_as: "speaker" | "listener";
  who_presents: "everyone" | "promoted";
  max_participants: number;
  created_at: number;
  expires_at: number | null;
  state: "open" | "running" | "ended" | "expired";
  participants_now: number;
  participant_url: string;
  moderator_url: string;
  number: string;
  pin: string;
  admin_pin: string;
  invitees?: Invitee[];
}

export type ConferenceFields = Pick<Conference, "title" | "description" | "record" | "start_as" | "who_presents" | "max_participants">;

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

export const isOver = (conference: Conference): boolean => conference.state === "ended" || conference.state === "expired";
