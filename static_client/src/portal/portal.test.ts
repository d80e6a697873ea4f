import { expect, test } from "vitest";
import { ApiError } from "../app/api";
import { sentence } from "./errors";
import { checkFields, type FormValues } from "./form_rules";
import { invitationText, readPin, readTyped } from "./invitation";
import type { Conference } from "./types";

const origin = "https://meet.example.org";
const conference: Conference = {
  id: "c1", title: "Council", description: "Budget", record: false, start_as: "speaker", who_presents: "everyone", max_participants: 300,
  created_at: 0, expires_at: null, state: "open", participants_now: 0, participant_url: "/j/Qm1", moderator_url: "/j/Mo2",
  number: "482913", pin: "731902645", admin_pin: "908114377",
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

const values: FormValues = { title: " Council ", description: " ", record: true, start_as: "listener", who_presents: "promoted", max_participants: "1000" };

test("the form gives trimmed fields (S-36 to S-39)", () => {
  expect(checkFields(values)).toEqual({ errors: {}, fields: { title: "Council", description: "", record: true, start_as: "listener", who_presents: "promoted", max_participants: 1000 } });
});

test.each(["", "   ", "x".repeat(201)])("a title must be there and not too long: %j", (title) => {
  const { fields, errors } = checkFields({ ...values, title });
  expect(fields).toBeNull();
  expect(errors.title).toBeDefined();
});

test.each(["", "1", "1001", "2.5", "-3", "many", "1e3"])("most participants is a whole number from 2 to 1000 (S-38), not %j", (max_participants) => {
  const { fields, errors } = checkFields({ ...values, max_participants });
  expect(fields).toBeNull();
  expect(errors.max_participants).toBeDefined();
});

test("known errors have our sentence, unknown ones the server's", () => {
  expect(sentence(new ApiError("network", "x", 0))).toContain("cannot be reached");
  expect(sentence(new ApiError("new_code", "Their sentence.", 400))).toBe("Their sentence.");
  expect(sentence(new TypeError("x is undefined"))).not.toContain("undefined");
});
