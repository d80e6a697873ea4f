import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ADDRESSES, parseRoute } from "./router";

test("each address of ours is a page, anything else is unknown", () => {
  expect(parseRoute("/")).toEqual({ page: "landing" });
  expect(parseRoute("/home/")).toEqual({ page: "home" });
  expect(parseRoute("/j/Qm-1_x")).toEqual({ page: "link", secret: "Qm-1_x" });
  expect(parseRoute("/play/r1")).toEqual({ page: "play", id: "r1" });
  for (const path of ["/j", "/j/", "/j/a/b", "/nothing", "/constructor", "/toString/x", "/x", "/users/a/b", "/play/%E0%A4%A"]) expect(parseRoute(path)).toEqual({ page: "unknown" });
});

test("the server serves exactly the addresses that are pages here", () => {
  const source = readFileSync("../portal/pages.py", "utf8");
  const list = /^PAGES = \(\n([\s\S]*?)\n\)$/m.exec(source)?.[1] ?? "";
  const served = [...list.matchAll(/"([^"]+)"/g)].map((found) => (found[1] ?? "").replace(/\{\w+\}/, "{}"));
  expect(served.length).toBeGreaterThan(20);
  expect(served.toSorted()).toEqual(ADDRESSES.toSorted());
  for (const address of served) expect(parseRoute(address.replace("{}", "x")).page, address).not.toBe("unknown");
});
