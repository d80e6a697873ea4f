// Which conference's form is open, if any: cards, dialogs and the page all may open it.
import { signal } from "@preact/signals";
import type { Conference } from "./types";

export const editing = signal<{ kind: "new" } | { kind: "edit"; conference: Conference } | null>(null);
