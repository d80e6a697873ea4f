// What must outlive a reload of the page, in sessionStorage: the newest token (it is the participant) and the number of
// the last media connection. One meeting per tab.

import type { ConferenceBrief } from "../app/entry";
import type { Consent, Mode } from "./protocol";

export interface StoredSession {
  token: string;
  expiresAt: number;
  conference: ConferenceBrief;
  name: string;
  consent: Consent;
  mode: Mode;
  mic: boolean;
  camera: boolean;
  connection: number;
  /** Where to go when the token is no longer good: the page that this person came from. */
  back: string;
}

const KEY = "plenum.session";

export function loadSession(now: number): StoredSession | null {
  try {
    const text = sessionStorage.getItem(KEY);
    if (text === null) return null;
    const stored = JSON.parse(text) as StoredSession;
    return typeof stored.token === "string" && stored.expiresAt > now ? stored : null;
  } catch {
    return null;
  }
}

export function saveSession(stored: StoredSession): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(stored));
  } catch {
    // Storage is full or forbidden: a reload will then ask for the name again.
  }
}

export function clearSession(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing to clear
  }
}
