// Texts and addresses that leave the page by the clipboard, and what people type on the landing page. Pure.
import { spaced, t } from "../i18n";
import type { Conference } from "./types";

export const absolute = (url: string, origin: string): string => new URL(url, origin).href;

/** What an organiser pastes into a mail: participant access only, never the moderator's. */
export function invitationText(conference: Conference, origin: string, personalUrl?: string): string {
  const lines = [t("invitation.first", { title: conference.title })];
  if (conference.description.trim() !== "") lines.push("", conference.description.trim());
  lines.push("", t("invitation.link"), absolute(personalUrl ?? conference.participant_url, origin));
  if (personalUrl === undefined) {
    lines.push("", t("invitation.or", { origin }), t("invitation.number", { number: plain(conference.number) }), t("invitation.pin", { pin: plain(conference.pin) }));
  }
  if (conference.record) lines.push("", t("invitation.recorded"));
  return lines.join("\n");
}

const plain = (digits: string): string => spaced(digits).replaceAll("\u00a0", " ");

export type Typed = { kind: "number"; number: string } | { kind: "link"; secret: string } | { kind: "empty" } | { kind: "neither" };

/** Reads "123 456", "123456" or any form of the link; links of other servers are not followed. */
export function readTyped(text: string, origin: string): Typed {
  const value = text.trim();
  if (value === "") return { kind: "empty" };
  const digits = value.replace(/[\s.-]/g, "");
  if (/^\d{4,12}$/.test(digits)) return { kind: "number", number: digits };
  const host = new URL(origin).host;
  const link = /^(?:(?:https?:\/\/)?([^/\s]+))?\/j\/([\w~.-]+)\/?(?:[?#].*)?$/i.exec(value);
  if (link?.[2] !== undefined && (link[1] === undefined || link[1].toLowerCase() === host)) return { kind: "link", secret: link[2] };
  return { kind: "neither" };
}

export const readPin = (text: string): string => text.replace(/[\s.-]/g, "");
