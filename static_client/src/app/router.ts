// Which page the address means, and going from one to the other without a reload. No third-party router:
// there are few addresses.

import { signal, type ReadonlySignal } from "@preact/signals";

export type Route =
  | { page: "landing" }
  | { page: "home" }
  | { page: "sign-in" }
  | { page: "sign-in-confirm" }
  | { page: "activate" }
  | { page: "confirm" }
  | { page: "forgot" }
  | { page: "reset" }
  | { page: "account" }
  | { page: "users" }
  | { page: "person"; id: string }
  | { page: "body" }
  | { page: "administration" }
  | { page: "pin" }
  | { page: "link"; secret: string }
  | { page: "room" }
  | { page: "play"; id: string }
  | { page: "rsvp"; id: string }
  | { page: "help"; topic: string }
  | { page: "contact" }
  | { page: "terms" }
  | { page: "privacy" }
  | { page: "security" }
  | { page: "unknown" };

const PLAIN: Readonly<Record<string, Route>> = {
  "/": { page: "landing" },
  "/home": { page: "home" },
  "/conferences": { page: "home" },
  "/sign-in": { page: "sign-in" },
  "/sign-in/confirm": { page: "sign-in-confirm" },
  "/activate": { page: "activate" },
  "/confirm": { page: "confirm" },
  "/forgot": { page: "forgot" },
  "/reset": { page: "reset" },
  "/account": { page: "account" },
  "/users": { page: "users" },
  "/body": { page: "body" },
  "/administration": { page: "administration" },
  "/pin": { page: "pin" },
  "/room": { page: "room" },
  "/help": { page: "help", topic: "" },
  "/contact": { page: "contact" },
  "/terms": { page: "terms" },
  "/privacy": { page: "privacy" },
  "/security": { page: "security" },
};

/** `/PREFIX/VALUE`. */
const WITH_VALUE: Readonly<Record<string, (value: string) => Route>> = {
  j: (secret) => ({ page: "link", secret }),
  play: (id) => ({ page: "play", id }),
  rsvp: (id) => ({ page: "rsvp", id }),
  users: (id) => ({ page: "person", id }),
  help: (topic) => ({ page: "help", topic }),
};

/** Every address that is a page; the server serves the same ones (portal/pages.py). */
export const ADDRESSES: readonly string[] = [...Object.keys(PLAIN), ...Object.keys(WITH_VALUE).map((prefix) => `/${prefix}/{}`)];

/** The route of a path such as `/j/Qm1x`. A trailing slash is forgiven; nothing is decoded but one segment. */
export function parseRoute(pathname: string): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, "") : pathname;
  if (Object.hasOwn(PLAIN, path)) return PLAIN[path] ?? { page: "unknown" };
  const [, prefix = "", value = ""] = /^\/(\w+)\/([^/]+)$/.exec(path) ?? [];
  const made = Object.hasOwn(WITH_VALUE, prefix) ? WITH_VALUE[prefix] : undefined;
  try {
    return made?.(decodeURIComponent(value)) ?? { page: "unknown" };
  } catch {
    return { page: "unknown" };
  }
}

const current = signal<Route>(parseRoute(location.pathname));

/** The current route; pages re-render when it changes. */
export const route: ReadonlySignal<Route> = current;

/** Goes to a path of ours. `replace` leaves no way back to the page that is left. */
export function navigate(path: string, options: { replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  current.value = parseRoute(location.pathname);
  window.scrollTo(0, 0);
}

/** Follows the back button, and plain clicks on links to our own pages. Called once. */
export function startRouter(): void {
  window.addEventListener("popstate", () => {
    current.value = parseRoute(location.pathname);
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (link === null || link === undefined || link.target !== "" || link.hasAttribute("download")) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || parseRoute(url.pathname).page === "unknown") return;
    if (url.pathname === location.pathname && url.hash !== "") return;
    event.preventDefault();
    navigate(url.pathname + url.search + url.hash);
  });
}
