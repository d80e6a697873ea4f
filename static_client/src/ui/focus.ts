// Focus that a panel took is given back when the panel goes.

/** To `before`, if nobody else has the focus now; where that is gone too, the page's heading. */
export function giveFocusBack(before: Element | null): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const opener = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : null;
  (opener ?? document.querySelector<HTMLElement>("h1[tabindex], main[tabindex]"))?.focus();
}
