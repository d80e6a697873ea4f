import { expect, test } from "vitest";
import { el } from "../i18n/el";
import { en } from "../i18n/en";
import { pl } from "../i18n/pl";
import { ro } from "../i18n/ro";
import { failureOf, failureText } from "./failures";

test.each([
  ["smtp 550 5.1.1", "address"],
  ["smtp 553 5.1.3", "address"],
  ["smtp 553 5.1.7", "sender"],
  ["smtp 550", "address"],
  ["smtp 550 5.7.1", "policy"],
  ["smtp 550 5.2.1", "disabled"],
  ["smtp 554", "policy"],
  ["smtp 552 5.2.2", "full"],
  ["smtp 452 4.2.2", "full"],
  ["smtp 552", "full"],
  ["smtp 552 5.3.4", "too_large"],
  ["smtp 552 5.2.3", "too_large"],
  ["smtp 451 4.4.1", "their_server"],
  ["smtp 451 4.7.1", "policy"],
  ["smtp 451 4.3.0", "busy"],
  ["smtp 421", "busy"],
  ["smtp 500 5.5.1", "refused"],
  ["smtp 535", "login"],
  ["smtp_connect", "unreachable"],
  ["smtp_connect timeout", "unreachable"],
  ["smtp_connect 554", "unreachable"],
  ["smtp_lost closed", "unreachable"],
  ["smtp_tls", "insecure"],
  ["smtp_no_tls", "insecure"],
  ["smtp_login 535", "login"],
  ["smtp_sender 550", "sender"],
  ["smtp_address", "not_an_address"],
  ["bad_address", "not_an_address"],
  ["no_sms_gateway", "no_sms"],
  ["sms_connect", "sms_unreachable"],
  ["sms 401", "sms_login"],
  ["sms 429", "sms_busy"],
  ["sms 503", "sms_busy"],
  ["sms 400", "sms_refused"],
  ["folder 28", "folder"],
  ["internal", "here"],
  ["unknown_kind", "here"],
  ["smtp_connection of another kind", "here"],
])("%s is shown as %s", (code, failure) => {
  expect(failureOf(code)).toBe(failure);
});

test("each reason has a sentence in each language, and no code in it", () => {
  expect(failureText("smtp 550 5.1.1")).toContain("address does not exist");
  const reasons = Object.keys(en).filter((key) => key.startsWith("messages.error."));
  expect(reasons).toHaveLength(20);
  for (const texts of [en, el, pl, ro] as Record<string, unknown>[]) {
    for (const key of reasons) expect(texts[key], key).toMatch(/^[^\d]+\.$/);
  }
});
