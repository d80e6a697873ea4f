// Initials and colour of a person. Pure.

/** Up to two letters: first and last word. Works by code point, so that no letter is cut in half. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letter = (word: string | undefined) => [...(word ?? "")].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? "";
  const first = letter(words[0]);
  const last = words.length > 1 ? letter(words[words.length - 1]) : "";
  return (first + last).toLocaleUpperCase() || "?";
}

/** One of eight colours (0…7), the same for the same id everywhere (FNV-1a). */
export function hue(id: string): number {
  let hash = 0x811c9dc5;
  for (const c of id) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % 8;
}
