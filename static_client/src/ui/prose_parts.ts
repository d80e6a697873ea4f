// Plain text of an operator in parts: `# ` begins a heading, `- ` an item; blank lines part paragraphs (portal/contents.py).

export type Part = { kind: "heading" | "text"; text: string } | { kind: "list"; items: string[] };

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    const last = parts.at(-1);
    const words = line.trim();
    if (words === "") open = false;
    else if (/^#+ /.test(words)) {
      parts.push({ kind: "heading", text: words.replace(/^#+ +/, "") });
      open = false;
    } else if (words.startsWith("- ")) {
      if (open && last?.kind === "list") last.items.push(words.slice(2).trim());
      else parts.push({ kind: "list", items: [words.slice(2).trim()] });
      open = true;
    } else if (open && last?.kind === "text") last.text += `\n${words}`;
    else if (open && last?.kind === "list") last.items.push(`${last.items.pop() ?? ""}\n${words}`);
    else {
      parts.push({ kind: "text", text: words });
      open = true;
    }
  }
  return parts;
}

export interface Piece { text: string; href?: string }

// Begun at the start of a word and bounded in length: the time grows with the text and no faster.
const LINK = /https?:\/\/[^\s<>"«»“”]+|(?<![\p{L}\p{N}._+-])[\p{L}\p{N}._+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}|\+[0-9][0-9 \u00a0-]{6,20}/gu;
const BEHIND = ".,;:!?)]'- \u00a0";

/** Addresses of pages and mailboxes, and telephone numbers that begin with +, become links; the stop behind them does not. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    let end = match[0].length;
    while (BEHIND.includes(match[0].charAt(end - 1)) && end > 0) end -= 1;
    const shown = match[0].slice(0, end);
    const href = hrefOf(shown);
    if (href === null) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

function hrefOf(shown: string): string | null {
  if (shown.startsWith("+")) return shown.replace(/\D/g, "").length >= 8 ? `tel:+${shown.replace(/\D/g, "")}` : null;
  if (!/^https?:/.test(shown)) return `mailto:${shown}`;
  return URL.canParse(shown) ? shown : null;
}
