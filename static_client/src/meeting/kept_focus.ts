// When the control that has the focus goes away (a row that leaves, a message deleted, a picture pinned elsewhere), the
// focus goes to what is nearest to it, never back to the beginning of the page.

import { useEffect } from "preact/hooks";

const CONTROLS = "button, a[href], input, select, textarea, summary, [tabindex='0']";

// A dialog and a menu give the focus back themselves, a moment after they are gone.
const PATIENCE_MS = 100;

const usable = (one: HTMLElement): boolean => one.isConnected && !one.matches(":disabled") && one.tabIndex >= 0 && one.checkVisibility();

/** The first ancestor that is still in `root` and is a place, or has one: its heading, or a control. Never in the row of
 *  another in a list, where a second press would meet somebody else. `path` begins with what had the focus. */
function nearestPlace(path: readonly HTMLElement[], root: HTMLElement): HTMLElement | null {
  for (const one of path) {
    if (one === root || !root.contains(one) || one.matches("ul, ol")) continue;
    if (usable(one)) return one;
    const heading = one.querySelector<HTMLElement>(":scope > :is(h2, h3)[tabindex], :scope > div > :is(h2, h3)[tabindex]");
    const place = heading ?? [...one.querySelectorAll<HTMLElement>(CONTROLS)].find(usable);
    if (place !== undefined) return place;
  }
  return root.querySelector<HTMLElement>("h1[tabindex]");
}

export function useKeptFocus(selector: string): void {
  useEffect(() => {
    let path: HTMLElement[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const note = (event: FocusEvent): void => {
      path = event.composedPath().filter((one) => one instanceof HTMLElement);
    };
    const look = (): void => {
      timer = undefined;
      const root = document.querySelector<HTMLElement>(selector);
      if (root === null || document.activeElement !== document.body || path[0]?.isConnected !== false) return;
      nearestPlace(path, root)?.focus();
    };
    const observer = new MutationObserver(() => {
      if (path[0]?.isConnected === false && document.activeElement === document.body) timer ??= setTimeout(look, PATIENCE_MS);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("focusin", note);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      document.removeEventListener("focusin", note);
    };
  }, [selector]);
}
