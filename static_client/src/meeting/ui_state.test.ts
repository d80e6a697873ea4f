import { expect, test } from "vitest";
import { CallError } from "../engine/protocol";
import { refusal } from "./ui_state";

test("a refused call says why: in the room's words, else in those of the code, else in the server's", () => {
  expect(refusal(new CallError("forbidden", "x"))).toBe("Your role does not allow that.");
  expect(refusal(new CallError("held", "x"))).toContain("A moderator holds it off.");
  expect(refusal(new CallError("new_code", "Their sentence."))).toBe("Their sentence.");
  expect(refusal(new TypeError("x is undefined"))).not.toContain("undefined");
});
