import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { StatusPage } from "../status/status";
import { route, type Route } from "./router";

type Loader = () => Promise<{ default: ComponentType<Record<string, string>> }>;

const published: Loader = () => import("../help/published").then(page);

const PAGES: Readonly<Record<Route["page"], Loader>> = {
  landing: () => import("../portal/landing").then(page),
  home: () => import("../portal/home").then(page),
  "sign-in": () => import("../portal/sign_in").then(page),
  "sign-in-confirm": () => import("../account/confirm_login").then(page),
  activate: () => import("../account/activate").then(page),
  confirm: () => import("../account/confirm_email").then(page),
  forgot: () => import("../account/forgot").then(page),
  reset: () => import("../account/reset").then(page),
  account: () => import("../account/account").then(page),
  users: () => import("../people/users").then(page),
  person: () => import("../people/person_page").then(page),
  body: () => import("../people/body").then(page),
  administration: () => import("../administration/administration").then(page),
  pin: () => import("../portal/pin").then(page),
  link: () => import("../meeting/meeting").then(page),
  room: () => import("../meeting/meeting").then(page),
  rsvp: () => import("../portal/rsvp").then(page),
  play: () => import("../player/player").then(page),
  help: () => import("../help/help").then(page),
  contact: published,
  terms: published,
  privacy: published,
  security: published,
  unknown: () => import("../status/not_found").then(page),
};

function page(module: { default: unknown }): { default: ComponentType<Record<string, string>> } {
  return module as { default: ComponentType<Record<string, string>> };
}

const RELOADED = "plenum.reloaded_at";

/** A page that cannot be loaded: the server has a newer client (then reloading helps, once) or is not there. */
function reloadedJustNow(): boolean {
  try {
    const before = Number(sessionStorage.getItem(RELOADED) ?? "0");
    if (Date.now() - before < 15_000) return true;
    sessionStorage.setItem(RELOADED, String(Date.now()));
  } catch {
    return true; // storage may be forbidden; then nobody would know when to stop
  }
  location.reload();
  return false;
}

function Unreachable() {
  return <StatusPage code="network" retry={() => location.reload()} />;
}

export function App() {
  const here = route.value;
  const [shown, setShown] = useState<{ name: Route["page"]; Page: ComponentType<Record<string, string>> } | null>(null);
  const name = here.page === "link" ? "room" : here.page;
  useEffect(() => {
    let stale = false;
    void PAGES[name]().then(
      (module) => {
        if (!stale) setShown({ name, Page: module.default });
      },
      () => {
        if (!stale && reloadedJustNow()) setShown({ name, Page: Unreachable });
      },
    );
    return () => {
      stale = true;
    };
  }, [name]);
  if (shown === null || shown.name !== name) return null;
  const props: Record<string, string> = {};
  if (here.page === "link") props["secret"] = here.secret;
  if (here.page === "play" || here.page === "rsvp" || here.page === "person") props["id"] = here.id;
  if (here.page === "help") props["topic"] = here.topic;
  return <shown.Page {...props} />;
}
