import { expect, test } from "vitest";
import { ApiError } from "../app/api";
import { passwordFault, tokenOf, wanted } from "./use";

test("after signing in people land on paths of ours and nowhere else", () => {
  expect(wanted("?return_to=%2Faccount%23role")).toBe("/account#role");
  for (const bad of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a b", ""]) {
    expect(wanted(`?return_to=${encodeURIComponent(bad)}`), bad).toBe("/home");
  }
  expect(wanted("")).toBe("/home");
});

test("a refused password is explained, any other error is not", () => {
  const weak = new ApiError("weak_password", "x", 400, null, { reason: "short" });
  expect(passwordFault(weak)).toBe("At least 12 characters.");
  expect(passwordFault(new ApiError("wrong_code", "x", 403))).toBeNull();
  expect(passwordFault(new Error("x"))).toBeNull();
});

test("a link that was cut off is no reason for an empty page", () => {
  expect(tokenOf("#aZ09_-")).toBe("aZ09_-");
  expect(tokenOf("#a%2Bb")).toBe("a+b");
  expect(tokenOf("#aZ09%2")).toBe("aZ09%2");
  expect(tokenOf("")).toBe("");
});
