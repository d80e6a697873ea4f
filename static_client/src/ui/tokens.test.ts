import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(`${import.meta.dirname}/tokens.css`, "utf8");

/** Declarations of the block that follows `head`. */
function block(head: string): Map<string, string> {
  const at = css.indexOf(head);
  expect(at, head).toBeGreaterThanOrEqual(0);
  const body = css.slice(css.indexOf("{", at) + 1, css.indexOf("}", at));
  return new Map([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1] as string, m[2] as string]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].toSorted((p, q) => q - p) as [number, number];
  return (x + 0.05) / (y + 0.05);
}

const text: readonly (readonly [string, string])[] = [
  ...["bg", "surface", "surface-2", "surface-3"].map((on) => ["text", on] as const),
  ...["bg", "surface", "surface-2"].flatMap((on) => ["text-2", "accent-text", "bad-text", "good-text", "warn-text"].map((of) => [of, on] as const)),
  ["on-accent", "accent"], ["on-accent", "accent-hover"], ["on-bad", "bad"], ["on-bad", "bad-hover"], ["on-rec", "rec"], ["on-good", "good"],
  ["accent-text", "accent-soft"], ["bad-text", "bad-soft"], ["good-text", "good-soft"], ["warn-text", "warn-soft"],
  ["text", "accent-soft"], ["text", "bad-soft"], ["text", "good-soft"], ["text", "warn-soft"], ["text-2", "accent-soft"],
];
const edges: readonly (readonly [string, string])[] = [
  ...["bg", "surface", "surface-2"].flatMap((on) => ["line-strong", "focus", "speaking", "accent"].map((of) => [of, on] as const)),
  ["bad", "bg"], ["bad", "surface"], ["rec", "bg"],
];

describe.each([["light", ":root {"], ["dark by preference", ':root:not([data-theme="light"]) {'], ["dark by class", ".theme-dark,"]])("%s", (_name, head) => {
  const tokens = block(head);
  const value = (name: string) => tokens.get(name) ?? expect.fail(`no --${name}`);

  test.each(text)("text %s on %s reaches 4.5:1", (of, on) => {
    expect(contrast(value(of), value(on))).toBeGreaterThanOrEqual(4.5);
  });
  test.each(edges)("edge %s on %s reaches 3:1", (of, on) => {
    expect(contrast(value(of), value(on))).toBeGreaterThanOrEqual(3);
  });
});

test("both dark sets are the same", () => {
  expect(block(".theme-dark,")).toEqual(block(':root:not([data-theme="light"]) {'));
});

describe.each([
  ["light", ":root {", ':root[data-contrast="more"] {'],
  ["dark", ".theme-dark,", ':root[data-contrast="more"][data-theme="dark"],'],
  ["dark by preference", ':root:not([data-theme="light"]) {', ':root[data-contrast="more"]:not([data-theme="light"]) {'],
])("high contrast, %s (E2-7)", (_name, usual, more) => {
  const tokens = new Map([...block(usual), ...block(more)]);
  const value = (name: string) => tokens.get(name) ?? expect.fail(`no --${name}`);
  const pairs = ["bg", "surface", "surface-2"].flatMap((on) => ["text", "text-2", "accent-text", "bad-text", "good-text", "warn-text"].map((of) => [of, on] as const));

  test.each([...pairs, ["on-accent", "accent"], ["on-bad", "bad"]] as const)("text %s on %s reaches 7:1", (of, on) => {
    expect(contrast(value(of), value(on))).toBeGreaterThanOrEqual(7);
  });
  test.each(["bg", "surface", "surface-2"])("edges on %s reach 4.5:1", (on) => {
    for (const of of ["line-strong", "focus", "accent"]) expect(contrast(value(of), value(on))).toBeGreaterThanOrEqual(4.5);
  });
});
