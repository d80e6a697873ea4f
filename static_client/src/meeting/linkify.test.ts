import { describe, expect, test } from "vitest";
import { linkify } from "./linkify";

const hrefs = (text: string): string[] => linkify(text).flatMap((piece) => ("href" in piece ? [piece.href] : []));
const whole = (text: string): string => linkify(text).map((piece) => piece.text).join("");

describe("addresses in chat", () => {
  test("http, https and www become links, the text around them stays text", () => {
    expect(linkify("see https://example.org/a?b=1 and www.example.com, please")).toEqual([
      { text: "see " },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: " and " },
      { text: "www.example.com", href: "https://www.example.com/" },
      { text: ", please" },
    ]);
  });

  test("the full stop and the closing bracket of the sentence do not belong to the address", () => {
    expect(hrefs("(https://example.org/x).")).toEqual(["https://example.org/x"]);
    expect(hrefs("https://en.example.org/wiki/Rust_(language)")).toEqual(["https://en.example.org/wiki/Rust_(language)"]);
  });

  test("nothing else becomes a link", () => {
    for (const text of ["javascript:alert(1)", "data:text/html,x", "http://", "https://user:pass@bank.example", "ftp://example.org", "file:///etc/passwd", "example.org", "http://nodots"]) {
      expect(hrefs(text)).toEqual([]);
    }
  });

  test("no character is lost or changed, markup stays text", () => {
    for (const text of ["<b onclick=x>hi</b> https://a.example/<script>", "no link at all", "", "https://a.example https://b.example/…", "άλφα https://παράδειγμα.gr/σ τέλος"]) {
      expect(whole(text)).toBe(text);
    }
  });

  test("a long text of dots ends quickly", () => {
    const started = performance.now();
    linkify(`https://a.example/${".".repeat(4000)}`);
    linkify("www.".repeat(1000));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
