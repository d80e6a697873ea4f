// The organiser's lists, kept fresh while the page is looked at.
import { signal } from "@preact/signals";
import { api } from "../app/api";
import { navigate } from "../app/router";
import { user } from "./account";
import { isSignedOut, sentence } from "./errors";
import type { Conference, Recording } from "./types";

const EVERY_MS = 8000;

interface Listed { items: { id: string; rights: string[] }[] }

/** null: not loaded yet. */
export const conferences = signal<Conference[] | null>(null);
export const recordings = signal<Recording[] | null>(null);
export const loadError = signal<string | null>(null);

export async function refresh(): Promise<void> {
  try {
    const [current, future, history, r] = await Promise.all([
      ...(["current", "future", "history"] as const).map((list) => api<{ items: { id: string; rights: string[] }[] }>("GET", `/api/conferences?list=${list}&size=50`)),
      api<{ recordings: Recording[] }>("GET", "/api/recordings"),
    ] as const) as [Listed, Listed, Listed, { recordings: Recording[] }];
    const managed = [...current.items, ...future.items, ...history.items].filter((one) => one.rights.includes("manage"));
    conferences.value = await Promise.all(managed.map((one) => api<Conference>("GET", `/api/conferences/${encodeURIComponent(one.id)}`)));
    recordings.value = r.recordings;
    loadError.value = null;
  } catch (cause) {
    if (isSignedOut(cause)) {
      user.value = null;
      conferences.value = recordings.value = null;
      navigate("/sign-in", { replace: true });
    } else loadError.value = sentence(cause);
  }
}

/** Loads now, then every few seconds while the page is visible, and at once when it becomes visible again. */
export function watch(): () => void {
  const look = () => {
    if (document.visibilityState === "visible") void refresh();
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
