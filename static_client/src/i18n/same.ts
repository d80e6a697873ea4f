// For the completeness test: texts that are right although they look wrong.
import type { Key } from "./types";

/** Equal to English in some language, and rightly so. */
export const SAME: readonly string[] = [
  "ui.product", "join.pin", "access.pin", "access.admin_pin", "invitation.pin", "invite.pin", "rec.on",
  "appearance.percent", "player.rate", "conn.ms", "conn.kbps", "note.chat", "player.key_name.Home", "player.key_name.End",
  "appearance.contrast", "appearance.contrast.normal", "people.moderator", "badge.moderator",
  "people.email", "pp.col.email", "pp.fact.email", "pp.ok", "acc.none", "acc.role.administrator", "player.tab.chat", "bar.chat", "chat.heading", "keys.chat", "player.fragment",
  "nav.menu", "nav.contact",
] satisfies readonly Key[];

/** Longer than their place seems to allow, and seen to fit. */
export const SHORT: readonly string[] = [
  "form.start_as", "player.pin", "player.view_speaker", "player.key.mute", "act.ask_unmute", "act.mute_hold", "keys.talk", "note.you_muted",
  "people.stop_shares", "settings.consent", "rec.on_by",
] satisfies readonly Key[];
