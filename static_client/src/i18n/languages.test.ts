import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { chooseLanguage, formatDate, formatDateTimeIn, formatList, formatTime, language, LANGUAGES, t, zoneLabel, zoneName } from "./index";
import { offered, pickLanguage, startLanguage } from "./languages";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await chooseLanguage("en", { remember: true });
});
const browserReads = (...tags: string[]) => vi.spyOn(navigator, "languages", "get").mockReturnValue(tags);

test.each([["pl-PL", "pl"], ["EL", "el"], ["ro_RO", "ro"], ["en-US", "en"], ["de", null], ["", null], [null, null], ["plx", null]])("%j is %j", (tag, ours) => {
  expect(offered(tag)).toBe(ours);
});

test("what was chosen here goes before the account's language, that before the browser's, and English is last", () => {
  expect(pickLanguage("ro", "pl", ["el", "en"])).toBe("ro");
  expect(pickLanguage(null, "pl", ["el", "en"])).toBe("pl");
  expect(pickLanguage(null, "", ["de-AT", "el-GR", "en"])).toBe("el");
  expect(pickLanguage("xx", "yy", ["de", "fr"])).toBe("en");
  expect(pickLanguage(null, null, [])).toBe("en");
});

test("a zone reads without underscores, wherever they stand", () => {
  expect(["Africa/Dar_es_Salaam", "America/Argentina/Rio_Gallegos", "UTC"].map(zoneLabel)).toEqual(["Africa/Dar es Salaam", "America/Argentina/Rio Gallegos", "UTC"]);
});

test("pages begin in the browser's language, in their own lang attribute", async () => {
  browserReads("de", "pl-PL", "el");
  await startLanguage();
  expect([language.value, document.documentElement.lang]).toEqual(["pl", "pl"]);
  expect(localStorage.length).toBe(0);
});

test("a choice is shown at once, remembered, and stronger than an account that is read later", async () => {
  browserReads("en");
  await chooseLanguage("el", { remember: true });
  expect([language.value, document.documentElement.lang, localStorage.getItem("plenum.language")]).toEqual(["el", "el", "el"]);
  await chooseLanguage("ro", { remember: false });
  expect(language.value).toBe("el");
  await startLanguage();
  expect(language.value).toBe("el");
});

test("the account's language counts where nothing was chosen, also for the next page, until somebody signs out", async () => {
  browserReads("en");
  await chooseLanguage("ro", { remember: false });
  expect(language.value).toBe("ro");
  await startLanguage();
  expect(language.value).toBe("ro");
  await chooseLanguage("", { remember: false });
  expect(language.value).toBe("en");
  expect(localStorage.length + sessionStorage.length).toBe(0);
});

test("the last of two quick choices wins, whichever file comes first", async () => {
  await Promise.all([chooseLanguage("pl", { remember: true }), chooseLanguage("el", { remember: true }), chooseLanguage("en", { remember: true })]);
  expect(language.value).toBe("en");
});

test("a tag that is none of ours changes nothing", async () => {
  await chooseLanguage("pl", { remember: true });
  await chooseLanguage("xx", { remember: true });
  expect([language.value, localStorage.getItem("plenum.language")]).toEqual(["pl", "pl"]);
});

test("a choice can be taken back", async () => {
  browserReads("el");
  await chooseLanguage("pl", { remember: true });
  await chooseLanguage("", { remember: true });
  expect([language.value, localStorage.length]).toEqual(["el", 0]);
});

test("without storage the choice still shows", async () => {
  vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
    throw new Error("forbidden");
  });
  await chooseLanguage("ro", { remember: true });
  expect(language.value).toBe("ro");
});

test("dates, times, lists and zones are written as in the language; times in 24 hours everywhere", async () => {
  const at = Date.UTC(2026, 10, 26, 15, 5);
  const seen: Record<string, unknown> = {};
  for (const { tag } of LANGUAGES) {
    await chooseLanguage(tag, { remember: true });
    seen[tag] = [formatDate(at), formatDateTimeIn(at, "Europe/Athens"), formatList(["Α", "Β"]), zoneName("Europe/Athens", at)];
    expect(formatTime(at)).toMatch(/^\d\d:\d\d$/);
  }
  expect(seen).toMatchInlineSnapshot(`
    {
      "el": [
        "26 Νοεμβρίου 2026",
        "26 Νοε 2026, 17:05",
        "Α και Β",
        "Ώρα Ανατολικής Ευρώπης",
      ],
      "en": [
        "26 November 2026",
        "26 Nov 2026, 17:05",
        "Α and Β",
        "Eastern European Time",
      ],
      "pl": [
        "26 listopada 2026",
        "26 lis 2026, 17:05",
        "Α i Β",
        "czas wschodnioeuropejski",
      ],
      "ro": [
        "26 noiembrie 2026",
        "26 nov. 2026, 17:05",
        "Α și Β",
        "Ora Europei de Est",
      ],
    }
  `);
});

test("a zone that nobody knows is read as UTC rather than breaking the page", () => {
  const at = Date.UTC(2026, 0, 1, 12, 0);
  expect(formatDateTimeIn(at, "Mars/Base")).toBe(formatDateTimeIn(at, "UTC"));
  expect(zoneName("Mars/Base")).toBe(zoneName("UTC"));
});

test("plural forms follow the language", async () => {
  const days = (counts: number[]) => counts.map((count) => t("recording.days_left", { count }));
  await chooseLanguage("pl", { remember: true });
  expect(new Set(days([1, 3, 5])).size).toBe(3);
  await chooseLanguage("ro", { remember: true });
  expect(new Set(days([1, 3, 25]).map((text) => text.replace(/\d+/, ""))).size).toBe(3);
});
