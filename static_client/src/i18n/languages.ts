// Which language the pages speak: what somebody chose here before, else their account's, else the browser's, else
// English. Each language but English is a file of its own that is loaded when it is wanted.
import { computed, type ReadonlySignal } from "@preact/signals";
import { current, show } from "./current";
import { en } from "./en";
import type { Catalogue, Language } from "./types";

interface Offered {
  readonly tag: Language;
  /** In the language itself, so that everyone finds their own. */
  readonly name: string;
  readonly load: () => Promise<Catalogue>;
}

export const LANGUAGES: readonly Offered[] = [
  { tag: "el", name: "Ελληνικά", load: async () => (await import("./el")).el },
  { tag: "en", name: "English", load: () => Promise.resolve(en) },
  { tag: "pl", name: "Polski", load: async () => (await import("./pl")).pl },
  { tag: "ro", name: "Română", load: async () => (await import("./ro")).ro },
];

const CHOSEN = "plenum.language";
/** The account's, so that the next page of this visit begins in it. Without a name in it, and gone with the window. */
const ACCOUNT = "plenum.account_language";

/** The language shown now. */
export const language: ReadonlySignal<Language> = computed(() => current.value.language);

/** One of ours for a tag such as "pl", "pl-PL" or "EL"; null for any other. */
export function offered(tag: string | null | undefined): Language | null {
  const first = (tag ?? "").toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((one) => one.tag === first)?.tag ?? null;
}

/** The order of the sources. `browser`: the languages that somebody reads, best first. */
export function pickLanguage(chosen: string | null, account: string | null, browser: readonly string[]): Language {
  return offered(chosen) ?? offered(account) ?? browser.map(offered).find((one) => one !== null) ?? "en";
}

/** Before the first page is shown. A language that cannot be loaded leaves the pages in English. */
export async function startLanguage(): Promise<void> {
  const pick = () => change(pickLanguage(read("localStorage", CHOSEN), read("sessionStorage", ACCOUNT), navigator.languages ?? []));
  // what is chosen in one window of this browser holds in its others
  window.addEventListener("storage", (event) => {
    if (event.key === CHOSEN) void pick();
  });
  await pick();
}

/**
 * Another language, at once and on every page. `remember`: the person chose it here, and it stays whatever the account
 * says; "" takes the choice back. Without: it is the account's, shown unless something was chosen here; "" when the
 * account has none.
 */
export async function chooseLanguage(tag: string, { remember }: { remember: boolean }): Promise<void> {
  const wanted = offered(tag);
  if (remember) {
    if (wanted === null && tag !== "") return;
    write("localStorage", CHOSEN, wanted);
    return change(pickLanguage(wanted, read("sessionStorage", ACCOUNT), navigator.languages ?? []));
  }
  write("sessionStorage", ACCOUNT, wanted);
  await change(pickLanguage(read("localStorage", CHOSEN), wanted, navigator.languages ?? []));
}

let latest: Language = "en";

async function change(tag: Language): Promise<void> {
  latest = tag;
  if (tag === current.peek().language) {
    document.documentElement.lang = tag;
    return;
  }
  try {
    const texts = await LANGUAGES.find((one) => one.tag === tag)?.load();
    if (texts !== undefined && latest === tag) show(tag, texts);
  } catch {
    // The server is not to be reached; the page stays readable in the language that it has.
  }
}

type Place = "localStorage" | "sessionStorage";

function read(place: Place, key: string): string | null {
  try {
    return window[place].getItem(key);
  } catch {
    return null; // storage may be forbidden; then nothing is remembered
  }
}

function write(place: Place, key: string, value: string | null): void {
  try {
    if (value === null) window[place].removeItem(key);
    else window[place].setItem(key, value);
  } catch {
    // shown all the same
  }
}
