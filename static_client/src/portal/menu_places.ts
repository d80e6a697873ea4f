// What the main menu offers to whom (E2-84), and when it is too wide to stand in one line. Pure.
import type { Route } from "../app/router";
import type { IconName } from "../ui/icon";
import type { User } from "./account";

export interface Place {
  href: string;
  label: "nav.home" | "nav.conferences" | "pp.page" | "pp.body" | "adm.page" | "nav.help" | "nav.contact" | "nav.sign_in";
  icon: IconName;
  /** The pages on which it is the current one. */
  pages: readonly Route["page"][];
}

const HOME: Place = { href: "/", label: "nav.home", icon: "home", pages: ["landing"] };
const CONFERENCES: Place = { href: "/conferences", label: "nav.conferences", icon: "calendar", pages: ["home"] };
const USERS: Place = { href: "/users", label: "pp.page", icon: "people", pages: ["users", "person"] };
const BODY: Place = { href: "/body", label: "pp.body", icon: "building", pages: ["body"] };
const ADMINISTRATION: Place = { href: "/administration", label: "adm.page", icon: "shield", pages: ["administration"] };
const HELP: Place = { href: "/help", label: "nav.help", icon: "help", pages: ["help"] };
const CONTACT: Place = { href: "/contact", label: "nav.contact", icon: "chat", pages: ["contact"] };
export const SIGN_IN: Place = { href: "/sign-in", label: "nav.sign_in", icon: "key", pages: ["sign-in", "sign-in-confirm", "forgot", "reset"] };

/** Whoever has not finished the account yet may do nothing else (E0-13): they get what visitors get. */
export function placesOf(who: Pick<User, "role" | "rights" | "body" | "must"> | null): Place[] {
  if (who === null || who.must.length > 0) return [HELP, CONTACT];
  const can = (right: string) => who.rights.includes(right);
  return [
    HOME,
    CONFERENCES,
    ...(can("groups") ? [USERS] : []),
    ...(who.role !== "user" && (who.body !== null || can("bodies")) ? [BODY] : []),
    ...(can("content_edit") ? [ADMINISTRATION] : []),
    HELP,
    CONTACT,
  ];
}

const PHONE_EM = 34;

/** Whether these words do not fit side by side into so many em; on a phone they never do. */
export function folds(words: readonly string[], em: number): boolean {
  const wanted = words.reduce((sum, word) => sum + 0.52 * word.length + 1.75, 0);
  return em < Math.max(PHONE_EM, wanted);
}
