// Who is signed in, and the account corner of the page head.
import { signal } from "@preact/signals";
import { api } from "../app/api";
import { navigate } from "../app/router";
import { chooseLanguage, t } from "../i18n";
import { Menu } from "../ui/menu";
import { toast } from "../ui/toast";
import { sentence } from "./errors";

export interface User { id: string; name: string; language?: string }
interface Me { user: User | null; version: string }

/** undefined: not asked yet. */
export const user = signal<User | null | undefined>(undefined);

export async function loadUser(): Promise<User | null> {
  const me = await api<Me>("GET", "/api/me");
  user.value = me.user;
  void chooseLanguage(me.user?.language ?? "", { remember: false });
  return me.user;
}

export async function signOut(): Promise<void> {
  try {
    await api("POST", "/api/sign-out", {});
    user.value = null;
    navigate("/");
    toast({ text: t("account.signed_out") });
  } catch (cause) {
    toast({ text: sentence(cause), kind: "bad" });
  }
}

export function AccountMenu({ user: who }: { user: User }) {
  return (
    <Menu label={t("account.menu", { name: who.name })} trigger={{ icon: "user", text: who.name, variant: "quiet" }} items={[
      { label: t("account.start"), icon: "door", onSelect: () => navigate("/") },
      { separator: true },
      { label: t("account.sign_out"), icon: "sign-out", onSelect: () => void signOut() },
    ]} />
  );
}
