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
