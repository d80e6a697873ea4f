import { expect, test } from "vitest";
import { partsOf, piecesOf } from "./prose_parts";

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

test("pages, mailboxes and telephone numbers can be pressed, and nothing else", () => {
  const hrefs = (text: string) => piecesOf(text).flatMap((piece) => piece.href ?? []);
  expect(piecesOf("Write to help@ministry.gr, or call +30 210 123 4567.")).toEqual([
    { text: "Write to " }, { text: "help@ministry.gr", href: "mailto:help@ministry.gr" },
    { text: ", or call " }, { text: "+30 210 123 4567", href: "tel:+302101234567" }, { text: "." },
  ]);
  expect(hrefs("See (https://ministry.gr/help?a=1).")).toEqual(["https://ministry.gr/help?a=1"]);
  expect(hrefs("pomoc@urząd.pl")).toEqual(["mailto:pomoc@urząd.pl"]);
  expect(hrefs("javascript:alert(1) data:text/html,x //evil.example https:// 5 + 3 = 8, +12 3, a @ b <b>x</b>")).toEqual([]);
  expect(piecesOf("")).toEqual([]);
  for (const text of ["a\nb", "x@y.z. +1 234 567 890 https://a.b/c."]) expect(piecesOf(text).map((piece) => piece.text).join("")).toBe(text);
});

test("a long text that is almost an address takes no long time", () => {
  const began = performance.now();
  piecesOf("a.".repeat(20_000) + "@" + "b-".repeat(20_000) + "+1" + " ".repeat(20_000) + "https://" + ".".repeat(20_000) + "x");
  expect(performance.now() - began).toBeLessThan(2_000);
});
