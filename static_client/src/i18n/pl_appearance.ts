import type { appearance as english } from "./en_appearance";
import type { Translated } from "./types";

export const appearance: Translated<"pl", typeof english> = {
  "appearance.title": "Dostępność",
  "appearance.text": "Wielkość tekstu",
  "appearance.percent": "{percent}%",
  "appearance.brightness": "Jasność",
  "appearance.contrast": "Kontrast",
  "appearance.contrast.normal": "Normalny",
  "appearance.contrast.more": "Wysoki",
  "appearance.theme": "Kolory",
  "appearance.theme.system": "Jak w urządzeniu",
  "appearance.theme.light": "Jasne",
  "appearance.theme.dark": "Ciemne",
  "appearance.reset": "Przywróć domyślne",
};
