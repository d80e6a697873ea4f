// A list of the API by pages: search, size, the pages, and what to show while there is nothing.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { sentence } from "../portal/errors";
import { LoadFailed } from "../portal/load_failed";
import { PageSpinner } from "../ui/display";
import { Select, TextInput } from "../ui/field";
import { Pager } from "../ui/pager";
import "./people.css";
import { keepPlace, placeOf, SIZES } from "./place";
import type { List } from "./types";

const PAUSE_MS = 250;

export interface Listing<T> {
  found: List<T> | null;
  error: string | null;
  words: string;
  size: number;
  search: (words: string) => void;
  toPage: (page: number) => void;
  toSize: (size: number) => void;
  reload: () => void;
}

/** `more`: further parameters ("all=true"); when they change, the first page comes. `kept`: the address of the page says where the list is. */
export function useListing<T>(path: string, more = "", { kept = false }: { kept?: boolean } = {}): Listing<T> {
  const [asked, setAsked] = useState(() => ({ ...placeOf(kept ? location.search : ""), again: 0 }));
  const [words, setWords] = useState(asked.words);
  const [found, setFound] = useState<List<T> | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked((now) => (now.words === words.trim() ? now : { ...now, words: words.trim(), page: 1 })), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const before = useRef(more);
  useEffect(() => {
    if (before.current !== more) setAsked((now) => (now.page === 1 ? now : { ...now, page: 1 }));
    before.current = more;
  }, [more]);
  useEffect(() => {
    if (kept) keepPlace(asked);
  }, [asked]);
  useEffect(() => {
    let stale = false;
    const query = new URLSearchParams(more);
    query.set("page", String(asked.page));
    query.set("size", String(asked.size));
    if (asked.words !== "") query.set("q", asked.words);
    api<List<T>>("GET", `${path}?${query.toString()}`).then(
      (list) => {
        if (stale) return;
        setError(null);
        if (list.items.length === 0 && asked.page > 1) setAsked((now) => ({ ...now, page: Math.max(1, Math.ceil(list.total / now.size)) }));
        else setFound(list);
      },
      (cause) => {
        if (!stale) setError(sentence(cause));
      },
    );
    return () => {
      stale = true;
    };
  }, [path, more, asked]);
  return {
    found,
    error,
    words,
    size: asked.size,
    search: setWords,
    toPage: (page) => setAsked((now) => ({ ...now, page })),
    toSize: (size) => setAsked((now) => ({ ...now, size, page: 1 })),
    reload: () => setAsked((now) => ({ ...now, again: now.again + 1 })),
  };
}

let viewed = "";

/** Somebody's own page is opened from the list. */
export function leaveFor(id: string): void {
  viewed = id;
}

/** Back in the list: the focus goes to the person whose page was open. */
export function useReturn(rows: unknown): void {
  useEffect(() => {
    if (rows === null || viewed === "") return;
    document.querySelector<HTMLElement>(`a[href="/users/${CSS.escape(viewed)}"]`)?.focus();
    viewed = "";
  }, [rows]);
}

/** Search at the left, the caller's buttons at the right. */
export function ListHead({ list, label, children }: { list: Listing<unknown>; label: string | null; children?: ComponentChildren }) {
  return (
    <div class="people-head">
      {label !== null && <TextInput type="search" class="people-search" aria-label={label} placeholder={label} value={list.words} maxLength={100} onInput={list.search} />}
      <div class="ui-row people-acts">{children}</div>
    </div>
  );
}

export function ListBody<T>({ list, empty, children }: { list: Listing<T>; empty: ComponentChildren; children: (rows: readonly T[]) => ComponentChildren }) {
  if (list.error !== null) return <LoadFailed text={t("pp.load_failed")} detail={list.error} retry={list.reload} />;
  if (list.found === null) return <PageSpinner />;
  if (list.found.total === 0) return list.words.trim() === "" ? <>{empty}</> : <p class="ui-muted" role="status">{t("pp.none_found")}</p>;
  const { page, size, total, items } = list.found;
  return (
    <>
      {children(items)}
      <div class="people-foot">
        {total > 10 && <Select bare label={t("pp.size")} value={String(list.size)} options={SIZES.map((size) => ({ value: String(size), label: t("pp.size_of", { count: size }) }))} onChange={(value) => list.toSize(Number(value))} />}
        <Pager page={page} size={size} total={total} onPage={list.toPage} />
      </div>
    </>
  );
}
