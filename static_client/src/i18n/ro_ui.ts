import type { ui as english } from "./en_ui";
import type { Translated } from "./types";

export const ui: Translated<"ro", typeof english> = {
  "ui.product": "Plenum",
  "ui.busy": "Vă rugăm să așteptați",
  "ui.loading": "Se încarcă…",
  "ui.close": "Închidere",
  "ui.cancel": "Anulare",
  "ui.failed": "Operațiunea nu a reușit. Încercați din nou.",
  "ui.dismiss": "Ascundere",
  "ui.notices": "Notificări",
  "ui.optional": "opțional",
  "ui.copy": "Copiere",
  "ui.copy_what": "Copiere: {what}",
  "ui.copied": "Copiat",
  "ui.copy_failed": "Copierea nu a reușit. Selectați textul și copiați-l manual.",
  "ui.skip": "Salt la conținut",
  "ui.retry": "Încercați din nou",
  "ui.language": "Limbă",
  "ui.footer": "Sunetul, imaginea și înregistrările rămân pe acest server. Nu se folosește niciun alt serviciu.",
  "ui.choose_file": "Alegerea unui fișier",
  "ui.no_file": "Niciun fișier ales",
};
