// Beginnings of keys that are in English only for the time being. Those fall back to English; all others must be there
// in every language.
export const UNTRANSLATED = ["acc.", "account.", "act.", "ask.", "badge.", "bar.", "chat.", "conference.", "conn.", "early.", "ending.", "error.", "fail.", "form.",
  "help.", "home.", "invitation.", "invite.", "join.", "keys.", "landing.", "leave.", "lobby.", "note.", "people.", "pin.", "player.", "prejoin.", "promo.", "reaction.", "rec.",
  "recording.", "room.", "settings.", "sign_in.", "stage.", "status.", "access."] as const;
