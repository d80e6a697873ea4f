// A row of the audit log in words: one sentence (who did what to whom or what), and its details as labels and values.
// Rows hold ids; `names` says what is called how now. What has no name any more was deleted.
import { formatDateTime, formatList, formatNumber, maybe, t } from "../i18n";

type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export interface Entry {
  seq: number;
  at: number;
  actor: string;
  actor_name: string | null;
  action: string;
  object_kind: string;
  object: string;
  object_name: string | null;
  details: Readonly<Record<string, Value>>;
  names: Readonly<Record<string, string>>;
  hash: string;
}

const MOST_NAMES = 5;
/** Details whose values are ids of what has a name. */
const NAMED = ["invitee", "invitees", "participants", "banned", "email"];
/** What the sentence already says, and ids of what nobody gave a name. */
const HIDDEN = ["of", "request", "session"];
/** Which of the two sentences: by this detail. */
const FLAGS: Readonly<Record<string, string>> = { record_changed: "record", "room.lobby": "on", "room.lock": "locked", "room.chat_close": "closed" };

/** Whoever did it: an account or a participant by name, the operator, the server. */
export function whoDid({ actor, actor_name: name }: Entry): string {
  return name ?? maybe(`adm.actor.${actor}`) ?? (actor.startsWith("user:") ? t("adm.gone") : t("adm.whom.unknown"));
}

/** What it was done to. */
export function what({ object_kind: kind, object, object_name: name }: Entry): string {
  if (kind === "content") {
    const [text = "", language = ""] = object.split("/");
    return `${quoted(maybe(`adm.text.${text}`) ?? text)} (${language})`;
  }
  return name === null ? t("adm.gone") : kind === "user" ? name : quoted(name);
}

export const actWord = (action: string): string => maybe(`adm.act.${action}`) ?? action;
export const kindWord = (kind: string): string => maybe(`adm.kind.${kind}`) ?? kind;

export function sentenceOf(entry: Entry): string {
  const { action, details } = entry;
  const flag = FLAGS[action];
  const key = flag === undefined ? action : `${action}.${details[flag] === true ? "yes" : "no"}`;
  const role = (name: string) => quoted(roleWord(details[name]));
  const params = { who: whoDid(entry), what: what(entry), whom: whom(entry), role: role("role"), from: role("from"), to: role("to") };
  return maybe(`adm.say.${key}`, params) ?? `${params.who}: ${actWord(action)} – ${kindWord(entry.object_kind)} ${params.what}`;
}

function whom({ details, names }: Entry): string {
  const ids = ["participants", "invitees", "invitee", "of"].flatMap((key) => texts(details[key]));
  if (ids.length > 0) return people(ids, names);
  return details["all_held"] === undefined ? t("adm.whom.nobody") : t("adm.whom.everybody");
}

/** By name, the first five; people without a name are counted. */
function people(ids: readonly string[], names: Entry["names"]): string {
  const known = ids.flatMap((id) => names[id] ?? []);
  if (known.length === 0 && ids.length === 1) return t("adm.whom.unknown");
  const shown = known.slice(0, MOST_NAMES);
  const left = ids.length - shown.length;
  return formatList(left === 0 ? shown : [...shown, t("adm.whom.more", { count: left })]);
}

interface Detail { key: string; label: string; text: string }

export function detailsOf(entry: Entry): Detail[] {
  return Object.entries(entry.details)
    .filter(([key]) => !HIDDEN.includes(key))
    .map(([key, value]) => ({ key, label: maybe(`adm.detail.${key}`) ?? key, text: valueText(key, value, entry.names) }));
}

function valueText(key: string, value: Value, names: Entry["names"]): string {
  if (typeof value === "boolean") return t(value ? "adm.yes" : "adm.no");
  if (typeof value === "number") return key.endsWith("_at") ? formatDateTime(value) : key === "message" ? String(value) : formatNumber(value);
  if (typeof value !== "string" && !Array.isArray(value)) return JSON.stringify(value);
  const given = texts(value);
  if (given.length === 0) return "–";
  return formatList(given.map((one) => (NAMED.includes(key) ? (names[one] ?? noName(key)) : roleOrWord(key, one))));
}

const noName = (key: string): string => t(key === "email" ? "adm.gone" : "adm.whom.unknown");
const roleOrWord = (key: string, value: string): string => (["role", "from", "to"].includes(key) ? roleWord(value) : key === "kind" ? (maybe(`messages.kind.${value}`) ?? value) : word(value));
const word = (value: string): string => maybe(`adm.value.${value}`) ?? value;
const roleWord = (value: Value | undefined): string => (typeof value === "string" ? (maybe(`acc.role.${value}`) ?? word(value)) : "");
const quoted = (name: string): string => t("adm.quoted", { name });

function texts(value: Value | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
