// How somebody comes to the pre-join page: by a link, by number and PIN, or with a join answer that is already there
// (the organiser's "enter"). Held in memory only: a PIN is never written to storage.

import { signal } from "@preact/signals";
import { navigate } from "./router";

/** Answer of `POST /api/join` and of `POST /api/conferences/{id}/enter` (PROTOCOL.md section 5). */
export interface JoinAnswer {
  token: string;
  expires_at: number;
  participant: string;
  conference: ConferenceBrief;
  /** Before the door, until a moderator lets in. */
  lobby?: boolean;
}

export interface ConferenceBrief {
  id: string;
  title: string;
  record: boolean;
  start_as: "speaker" | "listener";
  who_presents: "everyone" | "promoted";
  /** Told to moderators only: what they may hand to others. */
  invitation?: { url: string; number: string; pin: string } | null;
}

export type Entry =
  | { kind: "link"; link: string }
  | { kind: "pin"; number: string; pin: string }
  | { kind: "answer"; answer: JoinAnswer; name: string; /** As organiser, or as an invited participant. */ act: "enter" | "connect" };

export const pendingEntry = signal<Entry | null>(null);

/** Shows the pre-join page for this entry (at `/room`, so that neither PIN nor secret stays in the address). */
export function enter(entry: Entry): void {
  pendingEntry.value = entry;
  navigate("/room");
}
