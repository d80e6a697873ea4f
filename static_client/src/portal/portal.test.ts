import { expect, test } from "vitest";
import { ApiError } from "../app/api";
import { sentence } from "./errors";
import { checkFields, type FormValues } from "./form_rules";
import { invitationText, readPin, readTyped } from "./invitation";
import type { Conference } from "./types";

const origin = "https://meet.example.org";
const conference: Conference = {
  id: "c1", title: "Council", description: "Budget", kind: "instant", starts_at: 0, ends_at: 0, opens_at: 0, sessions: [], time_zone: "UTC", language: "en",
  opens_before_min: 5, lobby: false, record: false, start_as: "speaker", who_presents: "everyone", max_participants: 300, sms_invite: false, sms_reminder: false,
  created_at: 0, ended_at: null, state: "open", mine: "owner", coordinator: "Olga", participants_now: 0, participant_url: "/j/Qm1", moderator_url: "/j/Mo2",
  number: "482913", pin: "731902645", admin_pin: "908114377", invitees: [],
};

test("the invitation has link, number and PIN and nothing that makes a moderator (H-13)", () => {
  const text = invitationText(conference, origin);
  expect(text).toContain("Council");
  expect(text).toContain("Budget");
  expect(text).toContain("https://meet.example.org/j/Qm1");
  expect(text).toContain("482 913");
  expect(text).toContain("731 902 645");
  expect(text).not.toContain("Mo2");
  expect(text.replace(/\s/g, "")).not.toContain("908114377");
});

test("the invitation says when a conference is recorded, and only then (decision 5)", () => {
  expect(invitationText(conference, origin)).not.toContain("recorded");
  expect(invitationText({ ...conference, record: true }, origin)).toContain("recorded");
});

test("a personal invitation has its own link and no PIN", () => {
  const text = invitationText(conference, origin, "/j/Own");
  expect(text).toContain("https://meet.example.org/j/Own");
  expect(text).not.toContain("731");
});

test("addresses that the server gives in full stay as they are", () => {
  expect(invitationText({ ...conference, participant_url: "https://other.example/j/Z" }, origin)).toContain("https://other.example/j/Z");
});

test.each([
  ["482913", { kind: "number", number: "482913" }],
  [" 482 913 ", { kind: "number", number: "482913" }],
  ["482-913", { kind: "number", number: "482913" }],
  ["482\u00a0913", { kind: "number", number: "482913" }],
  ["https://meet.example.org/j/Qm1x_-", { kind: "link", secret: "Qm1x_-" }],
  ["meet.example.org/j/Qm1x", { kind: "link", secret: "Qm1x" }],
  ["MEET.example.org/j/Qm1x?utm=1", { kind: "link", secret: "Qm1x" }],
  ["/j/Qm1x/", { kind: "link", secret: "Qm1x" }],
  ["", { kind: "empty" }],
  ["   ", { kind: "empty" }],
  ["https://evil.example/j/Qm1x", { kind: "neither" }],
  ["council", { kind: "neither" }],
  ["12", { kind: "neither" }],
  ["javascript:/j/x", { kind: "neither" }],
])("typed %j is understood", (text, meant) => {
  expect(readTyped(text, origin)).toEqual(meant);
});

test("a PIN may be typed in groups", () => {
  expect(readPin("731 902-645 ")).toBe("731902645");
});

const dates = { start: { date: "2026-01-15", time: "10:00" }, end: { date: "2026-01-15", time: "11:00" }, zone: "Europe/Athens" };
const values: FormValues = {
  title: " Council ", description: " ", kind: "scheduled", dates, sessions: [], language: "el", opens_before_min: " 10", lobby: true, record: true,
  start_as: "listener", who_presents: "promoted", max_participants: "1000", sms_invite: false, sms_reminder: true,
};

test("the form gives trimmed fields and times of its zone (S-36 to S-39, E2-4)", () => {
  const { fields, errors } = checkFields(values);
  expect(errors).toEqual({});
  expect(fields).toMatchObject({
    title: "Council", description: "", max_participants: 1000, opens_before_min: 10, time_zone: "Europe/Athens",
    starts_at: Date.UTC(2026, 0, 15, 8), ends_at: Date.UTC(2026, 0, 15, 9), sessions: [],
  });
});

test("a conference for now has no dates (decision 3)", () => {
  expect(checkFields({ ...values, kind: "instant" }).fields).toMatchObject({ starts_at: null, ends_at: null });
});

test("sessions belong to reservations and need a later end (H-17)", () => {
  const room: FormValues = { ...values, kind: "reservation", max_participants: "30", sessions: [dates] };
  expect(checkFields(room).fields?.sessions).toEqual([{ starts_at: Date.UTC(2026, 0, 15, 8), ends_at: Date.UTC(2026, 0, 15, 9) }]);
  expect(checkFields({ ...room, sessions: [{ ...dates, end: dates.start }] }).errors.sessions).toBeDefined();
  expect(checkFields({ ...room, max_participants: "31" }).errors.max_participants).toBeDefined();
});

test.each([["", "x".repeat(121), "   "], ["title"]].flat())("a title must be there and not too long: %j", (title) => {
  if (title === "title") return expect(checkFields({ ...values, title }).fields).not.toBeNull();
  const { fields, errors } = checkFields({ ...values, title });
  expect(fields).toBeNull();
  expect(errors.title).toBeDefined();
});

test.each(["", "1", "1001", "2.5", "-3", "many", "1e3"])("most participants is a whole number from 2 to 1000 (S-38), not %j", (max_participants) => {
  const { fields, errors } = checkFields({ ...values, max_participants });
  expect(fields).toBeNull();
  expect(errors.max_participants).toBeDefined();
});

test.each(["", "-1", "61", "5.5"])("the door opens 0 to 60 minutes before (decision 2), not %j", (opens_before_min) => {
  expect(checkFields({ ...values, opens_before_min }).errors.opens_before_min).toBeDefined();
});

test("a missing date and an end before the start are told at their field", () => {
  expect(checkFields({ ...values, dates: { ...dates, start: { date: "", time: "10:00" } } }).errors.starts_at).toBeDefined();
  expect(checkFields({ ...values, dates: { ...dates, end: { date: "2026-01-14", time: "10:00" } } }).errors.ends_at).toBeDefined();
});

test("known errors have our sentence, unknown ones the server's", () => {
  expect(sentence(new ApiError("network", "x", 0))).toContain("cannot be reached");
  expect(sentence(new ApiError("new_code", "Their sentence.", 400))).toBe("Their sentence.");
  expect(sentence(new ApiError("bad_dates", "x", 400, null, { reason: "too_soon", field: "starts_at" }))).toContain("10 minutes");
  expect(sentence(new ApiError("bad_dates", "x", 400, null, { reason: "new_reason" }))).toContain("start and end");
  expect(sentence(new TypeError("x is undefined"))).not.toContain("undefined");
});
