// The language that is shown now. A signal: whatever reads it while it renders is rendered again when it changes.
import { signal } from "@preact/signals";
import { en } from "./en";
import type { Catalogue, Language } from "./types";

export interface Current {
  readonly language: Language;
  /** For Intl: dates, numbers, lists. */
  readonly locale: string;
  readonly texts: Catalogue;
  readonly plurals: Intl.PluralRules;
}

const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", el: "el-GR", pl: "pl-PL", ro: "ro-RO" };

function made(language: Language, texts: Catalogue): Current {
  const locale = LOCALES[language];
  return { language, locale, texts: language === "en" ? en : { ...en, ...texts }, plurals: new Intl.PluralRules(locale) };
}

export const current = signal<Current>(made("en", en));

/** Shows these texts from now on. */
export function show(language: Language, texts: Catalogue): void {
  current.value = made(language, texts);
  document.documentElement.lang = language;
}
