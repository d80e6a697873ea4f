// How the pages look to this person (E2-5 to E2-8): size of the text, brightness, contrast, light or dark. Remembered in
// this browser and put on the root element, where appearance.css and tokens.css read it.
import { signal } from "@preact/signals";

export const TEXT_SIZES = [100, 115, 130, 150, 200] as const;
export const BRIGHTNESS = { min: 60, max: 120, step: 5 } as const;

export interface Appearance {
  /** Percent of the browser's own text size; one of TEXT_SIZES. */
  text: number;
  /** Percent. */
  brightness: number;
  contrast: "normal" | "more";
  theme: "system" | "light" | "dark";
}

export const USUAL: Appearance = { text: 100, brightness: 100, contrast: "normal", theme: "system" };
const KEY = "plenum.appearance";

/** What was stored, with anything odd replaced by the usual. */
export function readAppearance(stored: string | null): Appearance {
  let given: Partial<Record<keyof Appearance, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(stored ?? "{}");
    if (typeof parsed === "object" && parsed !== null) given = parsed;
  } catch {
    // as if nothing had been stored
  }
  const { text, brightness, contrast, theme } = given;
  return {
    text: TEXT_SIZES.find((size) => size === text) ?? USUAL.text,
    brightness: typeof brightness === "number" && brightness >= BRIGHTNESS.min && brightness <= BRIGHTNESS.max ? Math.round(brightness) : USUAL.brightness,
    contrast: contrast === "more" ? "more" : "normal",
    theme: theme === "light" || theme === "dark" ? theme : "system",
  };
}

export const isUsual = (now: Appearance): boolean => (Object.keys(USUAL) as (keyof Appearance)[]).every((name) => now[name] === USUAL[name]);

export const appearance = signal<Appearance>(USUAL);

/** Call once, before the first page is shown. */
export function startAppearance(): void {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(KEY);
  } catch {
    // storage may be forbidden; then nothing is remembered
  }
  show(readAppearance(stored));
  // what is chosen in one window of this browser holds in its others
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) show(readAppearance(event.newValue));
  });
}

export function changeAppearance(change: Partial<Appearance>): void {
  const next = { ...appearance.value, ...change };
  show(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // shown all the same
  }
}

function show(next: Appearance): void {
  appearance.value = next;
  const root = document.documentElement;
  root.style.fontSize = next.text === 100 ? "" : `${next.text}%`;
  root.toggleAttribute("data-large", next.text >= 150);
  if (next.brightness === 100) root.style.removeProperty("--brightness");
  else root.style.setProperty("--brightness", String(next.brightness / 100));
  root.toggleAttribute("data-brightness", next.brightness !== 100);
  if (next.contrast === "more") root.dataset["contrast"] = "more";
  else delete root.dataset["contrast"];
  if (next.theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = next.theme;
}
