// Beginnings of keys that are in English only for the time being. Those fall back to English; all others must be there
// in every language.
export const UNTRANSLATED = ["acc.", "error.wrong_credentials", "error.wrong_code", "error.login_expired", "error.too_many_tries", "error.email_taken", "error.not_invited", "error.other_browser", "error.no_passwords", "error.terms_needed", "error.unit_needed", "error.body_needed", "error.not_employed", "error.last_administrator", "error.wrong_email", "error.account_incomplete", "error.provider_unreachable", "error.provider_failed"] as const;
