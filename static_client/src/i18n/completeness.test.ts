// Every language is complete: same keys, same placeholders, every plural form that the language has, nothing left English.
import { expect, test } from "vitest";
import { el } from "./el";
import { en } from "./en";
import { pl } from "./pl";
import { ro } from "./ro";
import type { Catalogue, Plural } from "./types";
import { SAME, SHORT } from "./same";

const english: Catalogue = en;
const LANGUAGES: readonly (readonly [string, Catalogue])[] = [["el", el], ["pl", pl], ["ro", ro]] as [string, Catalogue][];
const forms = (entry: string | Plural): string[] => (typeof entry === "string" ? [entry] : Object.values(entry));
const names = (form: string): string[] => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").toSorted();

test.each(LANGUAGES)("%s has exactly the keys of English", (_, texts) => {
  expect(Object.keys(english).filter((key) => !(key in texts)), "missing").toEqual([]);
  expect(Object.keys(texts).filter((key) => !(key in english)), "unknown").toEqual([]);
});

test.each(LANGUAGES)("%s has every plural form of the language, where English has a plural", (language, texts) => {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
  for (const [key, entry] of Object.entries(texts)) {
    expect(typeof entry, key).toBe(typeof english[key]);
    if (typeof entry !== "string") expect(Object.keys(entry).toSorted(), key).toEqual(categories);
  }
});

test.each(LANGUAGES)("%s has the placeholders of English in every text", (_, texts) => {
  for (const [key, entry] of Object.entries(texts)) {
    const pattern = english[key] ?? "";
    const wanted = names(typeof pattern === "string" ? pattern : pattern.other);
    for (const [category, form] of typeof entry === "string" ? [["other", entry]] : Object.entries(entry)) {
      // "One" is the number 1 only in these languages, and may say it in words: English decides whether it does.
      const here = category === "one" && typeof pattern !== "string" ? names(pattern.one ?? pattern.other) : wanted;
      expect(names(form ?? ""), `${key}: ${form}`).toEqual(here);
    }
  }
});

test.each(LANGUAGES)("%s has no text that is empty, has odd spaces or is English still", (_, texts) => {
  for (const [key, entry] of Object.entries(texts)) {
    for (const form of forms(entry)) {
      expect(form.trim(), key).not.toBe("");
      // Some are read after a name and begin with a space in English.
      if (!forms(english[key] ?? "")[0]?.startsWith(" ")) expect(form.startsWith(" "), key).toBe(false);
      expect(/ {2}|\s$/.test(form), `${key}: ${form}`).toBe(false);
    }
  }
  const left = Object.keys(texts).filter((key) => JSON.stringify(texts[key]) === JSON.stringify(english[key]) && !SAME.includes(key));
  expect(left).toEqual([]);
});

test.each(LANGUAGES)("%s keeps buttons and labels short enough for their place", (_, texts) => {
  const long: string[] = [];
  for (const [key, entry] of Object.entries(texts)) {
    const pattern = english[key];
    // Headings and sentences have room.
    if (/[._](title|empty|of)$|\.(empty|done)\./.test(key)) continue;
    if (typeof entry !== "string" || typeof pattern !== "string" || pattern.length > 24 || /[.?:…]$/.test(pattern)) continue;
    // Short words may well need twice the room.
    if (entry.length > Math.max(28, 1.8 * pattern.length) && !SHORT.includes(key)) long.push(`${key}: ${pattern} → ${entry}`);
  }
  expect(long).toEqual([]);
});

test("Romanian has ș and ț with a comma below, never with a cedilla", () => {
  expect(Object.entries(ro as Catalogue).filter(([, entry]) => forms(entry).some((form) => /[şţŞŢ]/.test(form)))).toEqual([]);
});

test("Greek texts are in Greek letters but for names and abbreviations", () => {
  // A letter that only looks Greek is read aloud wrongly and never found by a search.
  const mixed = Object.entries(el as Catalogue).filter(([, entry]) => forms(entry).some((form) => /\p{Script=Greek}\p{Script=Latin}|\p{Script=Latin}\p{Script=Greek}/u.test(form)));
  expect(mixed).toEqual([]);
});
