import type { appearance as english } from "./en_appearance";
import type { Translated } from "./types";

export const appearance: Translated<"el", typeof english> = {
  "appearance.title": "Προσβασιμότητα",
  "appearance.text": "Μέγεθος κειμένου",
  "appearance.percent": "{percent}%",
  "appearance.brightness": "Φωτεινότητα",
  "appearance.contrast": "Αντίθεση",
  "appearance.contrast.normal": "Κανονική",
  "appearance.contrast.more": "Υψηλή",
  "appearance.theme": "Χρώματα",
  "appearance.theme.system": "Όπως στη συσκευή",
  "appearance.theme.light": "Φωτεινά",
  "appearance.theme.dark": "Σκούρα",
  "appearance.reset": "Επαναφορά",
};
