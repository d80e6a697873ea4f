// The manifest of a recording (portal/API.md). All `*_ms` count from the recording's start.
import type { Recording } from "../portal/types";

export type Purpose = "mic" | "camera" | "screen" | "screen_audio";

export interface Person { id: string; number: number; name: string; role: string; moderator: boolean; /** The newest answer; null: not answered. */ consent: "yes" | "no" | null }
export interface Part {
  id: string;
  participant: string;
  purpose: Purpose;
  mime: string;
  start_ms: number;
  duration_ms: number;
  bytes: number;
  width: number | null;
  height: number | null;
}
export interface Span { start_ms: number; end_ms: number }
export interface Speech extends Span { participant: string }
export interface ChatLine { at_ms: number; from_name: string; text: string }

export interface Manifest {
  recording: Recording;
  participants: Person[];
  parts: Part[];
  fragments: Span[];
  speech: Speech[];
  chat: ChatLine[];
  duration_ms: number;
}
