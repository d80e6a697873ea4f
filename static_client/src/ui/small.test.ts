import { expect, test } from "vitest";
import { hue, initials } from "./identity";
import { iconNames } from "./icon";
import { place } from "./position";

test("initials are the first letters of first and last name", () => {
  expect(initials("Anna Maria Kowalska")).toBe("AK");
  expect(initials("  νίκος παπαδόπουλος ")).toBe("ΝΠ");
  expect(initials("Ștefan")).toBe("Ș");
});

test("initials of names without letters are a question mark", () => {
  expect(initials("🙂 …")).toBe("?");
  expect(initials("")).toBe("?");
});

test("initials do not cut a letter outside the basic plane in half", () => {
  expect(initials("𝒜da Lovelace")).toBe("𝒜L");
});

test("a person's colour is the same every time and one of eight", () => {
  for (const id of ["p1", "p2", "x", ""]) {
    expect(hue(id)).toBe(hue(id));
    expect(hue(id)).toBeGreaterThanOrEqual(0);
    expect(hue(id)).toBeLessThan(8);
  }
  expect(new Set(Array.from({ length: 40 }, (_, i) => hue(`p${i}`))).size).toBeGreaterThan(4);
});

const view = { width: 400, height: 300 };

test("a menu goes below its button when there is room", () => {
  expect(place({ left: 50, top: 20, width: 40, height: 40 }, { width: 100, height: 80 }, view, "below", "start")).toEqual({ left: 50, top: 66 });
});

test("a menu flips above when there is no room below", () => {
  expect(place({ left: 50, top: 250, width: 40, height: 40 }, { width: 100, height: 80 }, view, "below", "start").top).toBe(164);
});

test("a menu is kept inside the window on every side", () => {
  expect(place({ left: 380, top: 20, width: 20, height: 20 }, { width: 200, height: 80 }, view, "below", "start").left).toBe(192);
  expect(place({ left: 0, top: 20, width: 20, height: 20 }, { width: 200, height: 80 }, view, "below", "end").left).toBe(8);
});

test("every icon that was agreed on exists", () => {
  const agreed = "mic mic-off camera camera-off screen screen-stop hand smile chat people more leave headphones pin unpin spotlight fullscreen fullscreen-exit settings lock unlock record stop grid speaker-view chevron-up chevron-down chevron-left chevron-right close copy check warning info volume volume-off trash send link phone download play pause plus edit search sign-out keyboard eye-off presenter remove ban help refresh clock calendar user shield";
  for (const name of agreed.split(" ")) expect(iconNames).toContain(name);
});
