// The shapes of the catalogues. English is the pattern: a key, a placeholder or a plural form that a language lacks is a
// compile error here or a failing test in completeness.test.ts.
import type { en } from "./en";

export type English = typeof en;
export type Key = keyof English;

/** The plural forms (Intl.PluralRules) that a language has. Each must be there in every plural text. */
export interface Forms {
  en: "one" | "other";
  el: "one" | "other";
  pl: "one" | "few" | "many" | "other";
  ro: "one" | "few" | "other";
}
export type Language = keyof Forms;

/** What a reader sees of a catalogue: any text by any name. */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Catalogue = Readonly<Record<string, string | Plural>>;

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesOf<E> = E extends string ? Names<E> : E extends { readonly other: infer O } ? Names<O> | "count" : never;
export type ParamsOf<K extends Key> = { readonly [N in NamesOf<English[K]>]: string | number };
export type Arguments<K extends Key> = [NamesOf<English[K]>] extends [never] ? [] : [params: ParamsOf<K>];

type Text<Entry, Form extends string> = Entry extends string ? string : Readonly<Record<Form, string>>;

/** An area (or all) of the English catalogue in another language. */
export type Translated<L extends Language, Area = English> = { readonly [K in keyof Area]: Text<Area[K], Forms[L]> };
