import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { toggleFullscreen, useFullscreen } from "./fullscreen";

let full: Element | null;

/** As a browser does it: the element that asked, then the event. */
function turn(element: Element | null): Promise<void> {
  full = element;
  document.dispatchEvent(new Event("fullscreenchange"));
  return Promise.resolve();
}

beforeEach(() => {
  full = null;
  Object.defineProperty(document, "fullscreenElement", { get: () => full, configurable: true });
  document.exitFullscreen = () => turn(null);
});
afterEach(() => {
  Reflect.deleteProperty(document, "fullscreenElement");
  vi.restoreAllMocks();
});

test("a press shows the part on the whole screen, the next one ends it, and the page knows", async () => {
  const root = document.createElement("div");
  root.requestFullscreen = () => turn(root);
  const seen: boolean[] = [];
  function Shown() {
    seen.push(useFullscreen());
    return null;
  }
  await act(() => render(<Shown />, root));
  await act(() => toggleFullscreen(root));
  expect([full, seen.at(-1)]).toEqual([root, true]);
  await act(() => toggleFullscreen(root));
  expect([full, seen.at(-1)]).toEqual([null, false]);
  const removed = vi.spyOn(document, "removeEventListener");
  await act(() => render(null, root));
  expect(removed.mock.calls.map(([name]) => name)).toContain("fullscreenchange");
});

test("where the browser refuses, or knows no whole screen, nothing happens", async () => {
  const refusing = document.createElement("div");
  refusing.requestFullscreen = vi.fn(() => Promise.reject(new TypeError("not now")));
  toggleFullscreen(refusing);
  expect(refusing.requestFullscreen).toHaveBeenCalledOnce();
  const telephone = document.createElement("div");
  Object.defineProperty(telephone, "requestFullscreen", { value: undefined });
  expect(() => toggleFullscreen(telephone)).not.toThrow();
  expect(() => toggleFullscreen(null)).not.toThrow();
  await Promise.resolve();
  expect(full).toBeNull();
});
