// Finds web addresses in a chat message. Gives pieces, never markup: the page renders text as text and an address as a
// link, so nothing in a message can become an element.

export type Piece = { text: string } | { text: string; href: string };

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'`]{2,}/giu;
const TRAILING = /[.,;:!?…»”’'"\])}]$/u;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const shown = trim(found[0]);
    const href = safeHref(shown);
    if (href === null) continue;
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push({ text: shown, href });
    at = found.index + shown.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** Punctuation after an address belongs to the sentence; a closing bracket only if it was opened outside. */
function trim(address: string): string {
  let shown = address;
  while (TRAILING.test(shown)) {
    const last = shown.at(-1);
    if (last === ")" && count(shown, "(") >= count(shown, ")")) break;
    shown = shown.slice(0, -1);
  }
  return shown;
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;

/** http and https only; whoever puts a name before an @ to look like another site is not linked. */
function safeHref(shown: string): string | null {
  try {
    const url = new URL(/^www\./i.test(shown) ? `https://${shown}` : shown);
    if (url.protocol !== "http:" && url.protocol !== "https:") return null;
    if (url.username !== "" || url.password !== "") return null;
    return url.hostname.includes(".") || url.hostname === "localhost" || url.hostname.startsWith("[") ? url.href : null;
  } catch {
    return null;
  }
}
