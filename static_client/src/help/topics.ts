// What the help is about, in the order of its list, and which topic is the one for this device. Pure.
import { deviceKind } from "../account/device";

export const TOPICS = ["account", "computer", "android", "iphone", "room", "moderator_rights"] as const;
export type Topic = (typeof TOPICS)[number];

export function topicOfDevice(userAgent: string, touchPoints: number): Topic & ("computer" | "android" | "iphone") {
  if (deviceKind(userAgent, touchPoints) === "computer") return "computer";
  return userAgent.includes("Android") ? "android" : "iphone";
}

/** The name of the topic's text (portal/contents.py). */
export const textOf = (topic: Topic): string => (topic === "moderator_rights" ? topic : `help.${topic}`);

/** A text that begins with a heading in two: that heading, and the rest. */
export function titled(text: string): { title: string | null; rest: string } {
  const found = /^\s*#+ +([^\n]*)\n?/.exec(text);
  return found === null ? { title: null, rest: text } : { title: found[1]?.trim() ?? null, rest: text.slice(found[0].length) };
}
