// Who is signed in, and the account corner of the page head.
import { signal } from "@preact/signals";
import { api } from "../app/api";
import { navigate, route } from "../app/router";
import { chooseLanguage, t } from "../i18n";
import { initials } from "../ui/identity";
import { Menu, type MenuEntry } from "../ui/menu";
import { toast } from "../ui/toast";
import { sentence } from "./errors";

export interface User {
  id: string;
  name: string;
  given_name: string;
  surname: string;
  email: string | null;
  role: "user" | "unit_coordinator" | "body_coordinator" | "administrator";
  state: "invited" | "unconfirmed" | "active";
  body: { id: string; name: string } | null;
  unit: { id: string; name: string } | null;
  language: string;
  time_zone: string;
  /** What is left to do before anything else. */
  must: string[];
  /** Names of what can be done without an object. */
  rights: string[];
  two_factor: boolean;
}
export interface WaysIn { oidc: { name: string } | null; password: boolean }
interface Me { user: User | null; version: string; sign_in: WaysIn; languages: string[] }

/** undefined: not asked yet. */
export const user = signal<User | null | undefined>(undefined);

/** How people sign in here; null until asked. */
export const waysIn = signal<WaysIn | null>(null);
export const languages = signal<string[]>([]);

/** Whoever is invited may open an account: at the provider's sign-in (E0-20). */
export const accountsOpen = (): boolean => waysIn.value !== null && waysIn.value.oidc !== null;

let asked = 0;

export async function loadUser(): Promise<User | null> {
  const turn = ++asked;
  const me = await api<Me>("GET", "/api/me");
  // Whoever asked later knows more: in between somebody may have signed in or out.
  if (turn !== asked) return me.user;
  waysIn.value = me.sign_in;
  languages.value = me.languages;
  user.value = me.user;
  void chooseLanguage(me.user?.language ?? "", { remember: false });
  return me.user;
}

/** For pages that only show who is signed in: asks unless somebody has; nobody is signed in where the answer fails. */
export function knowUser(): void {
  // A moment later, when the page itself has had its turn to ask.
  queueMicrotask(() => {
    if (user.peek() !== undefined || asked > 0) return;
    loadUser().catch(() => {
      if (user.peek() === undefined) user.value = null;
    });
  });
}

/** The address of this page, to come back to it. */
export const here = (): string => location.pathname + location.search + location.hash;

/** To sign in, and back here afterwards. */
export function toSignIn(): void {
  const back = here();
  navigate(back === "/home" ? "/sign-in" : `/sign-in?return_to=${encodeURIComponent(back)}`, { replace: true });
}

/** The signed-in person with a finished account; anybody else is sent to sign in, or to finish it. */
export async function requireUser(): Promise<User | null> {
  const who = await loadUser();
  if (who === null) {
    toSignIn();
    return null;
  }
  if (who.must.length > 0) {
    navigate("/activate", { replace: true });
    return null;
  }
  return who;
}

async function signOut(): Promise<void> {
  try {
    await api("POST", "/api/sign-out", {});
    user.value = null;
    navigate("/");
    toast({ text: t("account.signed_out") });
  } catch (cause) {
    toast({ text: sentence(cause), kind: "bad" });
  }
}

/** The entries of the account: its page, and the way out. */
export function accountItems(who: User): MenuEntry[] {
  return [
    { heading: who.name },
    { label: t("acc.menu"), icon: "settings", href: "/account", current: route.value.page === "account" },
    { label: t("account.sign_out"), icon: "sign-out", onSelect: () => void signOut() },
  ];
}

export function AccountMenu({ user: who }: { user: User }) {
  return (
    <Menu label={`${initials(who.name)}: ${t("account.menu", { name: who.name })}`} trigger={{ text: initials(who.name), variant: "plain" }} items={() => accountItems(who)} />
  );
}
