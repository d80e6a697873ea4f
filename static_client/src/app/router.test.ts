import { expect, test } from "vitest";
import { parseRoute } from "./router";

test("each address of ours is a page, anything else is unknown", () => {
  expect(parseRoute("/")).toEqual({ page: "landing" });
  expect(parseRoute("/home/")).toEqual({ page: "home" });
  expect(parseRoute("/j/Qm-1_x")).toEqual({ page: "link", secret: "Qm-1_x" });
  expect(parseRoute("/play/r1")).toEqual({ page: "play", id: "r1" });
  for (const path of ["/j", "/j/", "/j/a/b", "/nothing", "/play/%E0%A4%A"]) expect(parseRoute(path)).toEqual({ page: "unknown" });
});
