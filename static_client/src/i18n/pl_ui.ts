import type { ui as english } from "./en_ui";
import type { Translated } from "./types";

export const ui: Translated<"pl", typeof english> = {
  "ui.product": "Plenum",
  "ui.busy": "Proszę czekać",
  "ui.loading": "Wczytywanie…",
  "ui.close": "Zamknij",
  "ui.cancel": "Anuluj",
  "ui.failed": "Nie udało się. Spróbuj ponownie.",
  "ui.dismiss": "Ukryj",
  "ui.notices": "Powiadomienia",
  "ui.optional": "opcjonalnie",
  "ui.copy": "Kopiuj",
  "ui.copy_what": "Kopiuj: {what}",
  "ui.copied": "Skopiowano",
  "ui.copy_failed": "Nie udało się skopiować. Zaznacz tekst i skopiuj go samodzielnie.",
  "ui.skip": "Przejdź do treści",
  "ui.retry": "Spróbuj ponownie",
  "ui.language": "Język",
  "ui.footer": "Dźwięk, obraz i nagrania pozostają na tym serwerze. Żadna inna usługa nie jest używana.",
  "ui.choose_file": "Wybierz plik",
  "ui.no_file": "Nie wybrano pliku",
};
