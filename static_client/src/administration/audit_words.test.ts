import { afterEach, expect, test } from "vitest";
import { chooseLanguage } from "../i18n";
import { detailsOf, sentenceOf, type Entry } from "./audit_words";

afterEach(() => chooseLanguage("en", { remember: false }));

function entry(action: string, more: Partial<Entry> = {}): Entry {
  return {
    seq: 1, at: 0, actor: "user:u1", actor_name: "Beata Head", action, object_kind: "conference", object: "c1", object_name: "Council",
    details: {}, names: {}, hash: "", ...more,
  };
}

const role = (name: string | null) => entry("role_changed", {
  object_kind: "user", object: "u2", object_name: name, details: { from: "user", to: "unit_coordinator", request: "r1" },
});

test("a row is a sentence: who did what to whom", () => {
  expect(sentenceOf(role("Anna K"))).toBe("Beata Head changed the role of Anna K from “User” to “Unit Coordinator”");
  const invited = entry("invited", { details: { invitees: ["i1", "i2"] }, names: { i1: "Jan", i2: "Ola" } });
  expect(sentenceOf(invited)).toBe("Beata Head invited Jan and Ola to the conference “Council”");
  expect(sentenceOf(entry("text_changed", { object_kind: "content", object: "terms/el", object_name: null }))).toBe("Beata Head changed the text “Terms of use” (el)");
});

test("what is gone is called deleted, and never by an id", () => {
  expect(sentenceOf(role(null))).toContain("of (deleted) from");
  expect(sentenceOf(entry("conference_deleted", { object_name: null, actor_name: null }))).toBe("(deleted) deleted the conference (deleted)");
  const kicked = entry("room.kick", { actor: "participant:p9", actor_name: null, details: { participants: ["p1"] } });
  expect(sentenceOf(kicked)).toBe("(name no longer known) removed (name no longer known) from the conference “Council”");
});

test("operator and server are named", () => {
  expect(sentenceOf(entry("sign_in_link_made", { actor: "operator", actor_name: null, object_kind: "user", object_name: "Anna K" }))).toBe(
    "Operator (command line) printed a sign-in link for the account Anna K",
  );
  expect(sentenceOf(entry("recording_cut", { actor: "server", actor_name: null, object_kind: "recording" }))).toContain("The server deleted");
});

test("a switch says which way it was turned", () => {
  expect(sentenceOf(entry("room.lock", { details: { locked: true } }))).toContain("locked");
  expect(sentenceOf(entry("room.lock", { details: { locked: false } }))).toContain("opened");
  expect(sentenceOf(entry("record_changed", { details: { record: false } }))).toContain("is not recorded");
});

test("many people are named by the first five and counted, and everybody is everybody", () => {
  const ids = Array.from({ length: 30 }, (_, n) => `p${n}`);
  const names = Object.fromEntries(ids.map((id, n) => [id, `Name ${n}`]));
  expect(sentenceOf(entry("room.admit", { details: { participants: ids }, names }))).toContain("Name 4 and 25 others into");
  expect(sentenceOf(entry("room.mute", { details: { all_held: ["mic"] } }))).toContain("muted everybody in");
  expect(sentenceOf(entry("room.mute"))).toContain("muted nobody in");
});

test("an act that this page does not know is shown by its name", () => {
  expect(sentenceOf(entry("something_new"))).toBe("Beata Head: something_new – Conference “Council”");
});

test("details are labelled values: names, roles, times, yes and no", () => {
  const shown = (details: Entry["details"], names: Entry["names"] = {}) => detailsOf(entry("x", { details, names })).map(({ label, text }) => `${label}: ${text}`);
  expect(shown({ from: "user", to: "body_coordinator" })).toEqual(["Before: User", "Now: Body Coordinator"]);
  expect(shown({ participants: ["p1", "p2"], held: true, role: "listener" }, { p1: "Bob" })).toEqual([
    "People: Bob and (name no longer known)", "Cannot turn it on again: Yes", "Role: listener",
  ]);
  expect(shown({ fields: ["title", "sessions"] })).toEqual(["Changed: title and sessions"]);
  expect(shown({ kind: "reminder_hour", message: 12345, parts: 1200 })).toEqual(["Kind of message: Reminder an hour before", "Message: 12345", "Deleted parts: 1,200"]);
  expect(shown({ ends_at: 0 })[0]).toMatch(/^New end: .*1970/);
  expect(shown({ banned: [], odd: { a: 1 } })).toEqual(["Excluded now: –", 'odd: {"a":1}']);
  expect(shown({ email: "e1" }, { e1: "ana@example.org" })).toEqual(["E-mail address: ana@example.org"]);
});

test("no detail is a bare id: a removed address is called deleted, a meeting and a request have no line", () => {
  const shown = (action: string, details: Entry["details"]) => detailsOf(entry(action, { details })).map(({ label, text }) => `${label}: ${text}`);
  expect(shown("extra_email_confirmed", { email: "e1" })).toEqual(["E-mail address: (deleted)"]);
  expect(shown("room.lock", { session: "s1", locked: true })).toEqual(["Locked: Yes"]);
  expect(shown("role_changed", { from: "user", to: "administrator", request: "r1" })).toEqual(["Before: User", "Now: Administrator"]);
  expect(shown("collaborator_ended", { of: "u1" })).toEqual([]);
});

test("no name is read as a pattern", () => {
  expect(sentenceOf(entry("conference_created", { actor_name: "{what} $& $1" }))).toBe("{what} $& $1 created the conference “Council”");
});

test.each(["el", "pl", "ro"] as const)("in %s too", async (tag) => {
  await chooseLanguage(tag, { remember: false });
  const said = sentenceOf(role("Anna K"));
  expect(said).toContain("Beata Head");
  expect(said).toContain("Anna K");
  expect(said).not.toMatch(/\{|changed|User/);
});
