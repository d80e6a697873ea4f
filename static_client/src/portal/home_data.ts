// What the pages of conferences show, kept fresh while they are looked at.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { api } from "../app/api";
import { viewerZone } from "../i18n";
import { toSignIn, user } from "./account";
import { isSignedOut, sentence } from "./errors";
import type { ConferenceItem, Paged, Recording } from "./types";

const EVERY_MS = 8000;

/** null: not loaded yet. */
export const recordings = signal<Recording[] | null>(null);
export const loadError = signal<string | null>(null);
/** Which cards are open, by conference: a list that is loaded again, or another list, leaves them so. */
export const openCards = signal<ReadonlySet<string>>(new Set());

export function openCard(id: string, open: boolean): void {
  const next = new Set(openCards.peek());
  if (open) next.add(id);
  else next.delete(id);
  openCards.value = next;
}

/** Counts up whenever what is shown may be old. */
const turn = signal(0);

/** Everything that is shown is asked for again. */
export async function refresh(): Promise<void> {
  turn.value += 1;
  await loadRecordings();
}

async function loadRecordings(): Promise<void> {
  try {
    recordings.value = (await api<{ recordings: Recording[] }>("GET", "/api/recordings")).recordings;
    loadError.value = null;
  } catch (cause) {
    failed(cause);
  }
}

function failed(cause: unknown): void {
  if (isSignedOut(cause)) {
    if (user.peek() === null) return; // told by another answer already, or signed out while this one was under way
    user.value = null;
    recordings.value = null;
    toSignIn();
  } else loadError.value = sentence(cause);
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

export type Which = "current" | "future" | "postponed" | "history";
export interface Filter { words: string; date: string }

/** One page of a list; null while it loads for the first time. */
export function useList(which: Which, filter: Filter, page: number): Paged<ConferenceItem> | null {
  const [found, setFound] = useState<Paged<ConferenceItem> | null>(null);
  const asked = turn.value;
  useEffect(() => {
    let stale = false;
    const query = new URLSearchParams({ list: which, page: String(page), zone: viewerZone() });
    if (filter.words !== "") query.set("q", filter.words);
    if (filter.date !== "") query.set("date", filter.date);
    api<Paged<ConferenceItem>>("GET", `/api/conferences?${query.toString()}`).then((next) => {
      if (stale) return;
      setFound(next);
      loadError.value = null;
    }, failed);
    return () => {
      stale = true;
    };
  }, [which, filter.words, filter.date, page, asked]);
  return found;
}
