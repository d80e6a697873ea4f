import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { show } from "./current";
import { en } from "./en";
import { formatBytes, formatCountdown, formatDuration, formatList, formatSpan, maybe, spaced, t } from "./index";

afterEach(() => show("en", en));

test("placeholders are filled in", () => {
  expect(t("status.kicked.text_by", { name: "Anna" })).toBe("Anna removed you. You cannot come back to this session.");
});

test("a value with braces or dollar signs is taken literally", () => {
  expect(t("status.conference", { title: "{name} $& $1" })).toBe("Conference: {name} $& $1");
});

test("plurals follow the count", () => {
  expect(t("recording.days_left", { count: 1 })).toBe("1 day left");
  expect(t("recording.days_left", { count: 14 })).toBe("14 days left");
});

test("another language may have more plural forms, and what it lacks is English", () => {
  show("pl", { "recording.days_left": { one: "{count} dzień", few: "{count} dni", many: "{count} dni", other: "{count} dnia" }, "ui.close": "Zamknij" });
  expect([1, 3, 5].map((count) => t("recording.days_left", { count }))).toEqual(["1 dzień", "3 dni", "5 dni"]);
  expect(t("ui.close")).toBe("Zamknij");
  expect(t("ui.cancel")).toBe("Cancel");
  expect(document.documentElement.lang).toBe("pl");
});

test("keys made at run time give null when there is no text", () => {
  expect(maybe("error.network")).toContain("server");
  expect(maybe("error.never_heard_of")).toBeNull();
  expect(maybe("toString")).toBeNull();
});

test("durations, sizes, lists and digits are written for people", () => {
  expect([0, 61_000, 3_723_000].map(formatDuration)).toEqual(["0:00", "1:01", "1:02:03"]);
  const hour = 3_600_000;
  expect([3_840_000, 24 * hour, 51 * hour, 14 * 24 * hour].map(formatSpan)).toEqual(["1 hr 4 mins", "24 hrs", "2 days 3 hrs", "14 days"]);
  expect([61_000, 23 * hour, 24 * hour + 5000, 53 * hour + 61_000].map(formatCountdown)).toEqual(["1:01", "23:00:00", "1 day 0:00:05", "2 days 5:01:01"]);
  expect([0, 999, 1500, 45_000_000, 7.3e9].map(formatBytes)).toEqual(["0 byte", "999 byte", "1.5 kB", "45 MB", "7.3 GB"]);
  expect(formatList(["Anna", "Ben", "Chen"])).toBe("Anna, Ben and Chen");
  expect(spaced("731902645")).toBe("731\u00a0902\u00a0645");
});

test("no text is empty and every plural has its general form", () => {
  for (const [key, entry] of Object.entries(en)) {
    const forms = typeof entry === "string" ? [entry] : Object.values(entry as Record<string, string>);
    for (const form of forms) expect(form.trim(), key).not.toBe("");
    if (typeof entry !== "string") expect(entry, key).toHaveProperty("other");
  }
});

test("no English text stands in the components of portal, player, status and design system", () => {
  const found: string[] = [];
  for (const area of ["portal", "player", "status", "ui"]) {
    const folder = `${import.meta.dirname}/../${area}/`;
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".tsx") && !name.includes(".test."))) {
      const source = readFileSync(folder + file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      // Text between tags, and the attributes that people read or hear.
      for (const match of source.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+[^<>{}=]*)</g)) found.push(`${file}: ${match[1]}`);
      for (const match of source.matchAll(/\b(?:label|title|tip|placeholder|alt|aria-label|hint)="([^"]*[a-z] ?[^"]*)"/g)) found.push(`${file}: ${match[1]}`);
    }
  }
  expect(found).toEqual([]);
});
