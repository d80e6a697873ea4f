import { beforeEach, expect, test } from "vitest";
import { appearance, changeAppearance, isUsual, readAppearance, startAppearance, USUAL } from "./appearance";

const root = document.documentElement;

beforeEach(() => {
  localStorage.clear();
  startAppearance();
});

test.each(["", "{", "null", "7", '"x"', '{"text":1000,"brightness":-5,"contrast":"none","theme":"pink"}', '{"brightness":"90"}'])("odd things that were stored count as nothing: %j", (stored) => {
  expect(readAppearance(stored)).toEqual(USUAL);
});

test("text size, brightness, contrast and theme are put on the page and remembered (E2-6, E2-7, E2-8)", () => {
  changeAppearance({ text: 150, brightness: 80, contrast: "more", theme: "dark" });
  expect(root.style.fontSize).toBe("150%");
  expect(root.style.getPropertyValue("--brightness")).toBe("0.8");
  expect(root.hasAttribute("data-brightness")).toBe(true);
  expect([root.dataset["contrast"], root.dataset["theme"]]).toEqual(["more", "dark"]);
  const before = appearance.value;
  startAppearance();
  expect(appearance.value).toEqual(before);
});

test("going back to the usual leaves no trace on the page", () => {
  changeAppearance({ text: 200, brightness: 60, contrast: "more", theme: "light" });
  changeAppearance(USUAL);
  expect(isUsual(appearance.value)).toBe(true);
  expect(root.style.fontSize).toBe("");
  expect(root.hasAttribute("data-brightness")).toBe(false);
  expect([root.dataset["contrast"], root.dataset["theme"]]).toEqual([undefined, undefined]);
});
