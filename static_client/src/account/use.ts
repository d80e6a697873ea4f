// What the account's forms share: running a call once at a time with its error, loading something for a page,
// and going on after a sign-in.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { navigate } from "../app/router";
import { maybe } from "../i18n";
import { loadUser } from "../portal/account";
import { sentence } from "../portal/errors";

export interface Submit {
  busy: boolean;
  error: string | null;
  /** The code of the error that is shown. */
  code: string | null;
  run: (work: () => Promise<void>) => Promise<void>;
  clear: () => void;
}

/** `run` does nothing while the former run goes on; what it throws becomes `error`. */
export function useSubmit(): Submit {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ code: string | null; text: string } | null>(null);
  const running = useRef(false);
  const run = async (work: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (cause) {
      setFailure({ code: cause instanceof ApiError ? cause.code : null, text: sentence(cause) });
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, error: failure?.text ?? null, code: failure?.code ?? null, run, clear: () => setFailure(null) };
}

export interface Loaded<T> { value: T | null; error: string | null; reload: () => void; set: (value: T) => void }

export function useLoaded<T>(path: string): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const reload = () => {
    setError(null);
    api<T>("GET", path).then(setValue, (cause) => setError(sentence(cause)));
  };
  useEffect(reload, [path]);
  return { value, error, reload, set: setValue };
}

/** Why the server did not take a password, in our words. */
export function passwordFault(cause: unknown): string | null {
  if (!(cause instanceof ApiError) || cause.code !== "weak_password") return null;
  return maybe(`acc.password.${String(cause.details["reason"])}`) ?? cause.message;
}

/** The token of a link, behind its "#". What is no token leads to the server's answer about it, as any wrong one does. */
export function tokenOf(hash: string): string {
  const behind = hash.slice(1);
  try {
    return decodeURIComponent(behind);
  } catch {
    return behind; // cut off within a %-sign
  }
}

/** Where somebody wanted to go before signing in: only paths of our own. */
export function wanted(search: string): string {
  const path = new URLSearchParams(search).get("return_to") ?? "";
  return /^\/(?![/\\])[\w/.#?=&%-]*$/.test(path) ? path : "/home";
}

/** Signed in: to the activation page if something is left to do, else where the person wanted to go. */
export async function goOn(to: string): Promise<void> {
  const who = await loadUser();
  navigate(who !== null && who.must.length > 0 ? "/activate" : to, { replace: true });
}
