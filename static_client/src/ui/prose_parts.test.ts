import { expect, test } from "vitest";
import { partsOf } from "./prose_parts";

test("headings, paragraphs and lists are told apart; lines of one paragraph stay together", () => {
  expect(partsOf("# Terms\n\nOne\ntwo\n\n- a\n- b\nmore\n\n- c\n# Next\nlast")).toEqual([
    { kind: "heading", text: "Terms" },
    { kind: "text", text: "One\ntwo" },
    { kind: "list", items: ["a", "b\nmore"] },
    { kind: "list", items: ["c"] },
    { kind: "heading", text: "Next" },
    { kind: "text", text: "last" },
  ]);
});

test("markup is only words, and nothing gives nothing", () => {
  expect(partsOf("<b>bold</b> #1 -x")).toEqual([{ kind: "text", text: "<b>bold</b> #1 -x" }]);
  expect(partsOf(" \r\n\n")).toEqual([]);
});
