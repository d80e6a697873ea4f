// Which conference's form is open, if any: cards, dialogs and the page all may open it.
import { signal } from "@preact/signals";
import type { Conference } from "./types";

/** A group whose members shall be the participants (E2-100); its description is the first title (E2-101). */
export interface FromGroup { id: string; name: string; description: string; members: number }

export const editing = signal<{ kind: "new"; group?: FromGroup } | { kind: "edit"; conference: Conference } | null>(null);
