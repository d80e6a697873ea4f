// Beginnings of keys that are in English only for the time being. Those fall back to English; all others must be there
// in every language.
export const UNTRANSLATED = [] as const;
