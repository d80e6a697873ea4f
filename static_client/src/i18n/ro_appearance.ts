import type { appearance as english } from "./en_appearance";
import type { Translated } from "./types";

export const appearance: Translated<"ro", typeof english> = {
  "appearance.title": "Accesibilitate",
  "appearance.text": "Mărimea textului",
  "appearance.percent": "{percent} %",
  "appearance.brightness": "Luminozitate",
  "appearance.contrast": "Contrast",
  "appearance.contrast.normal": "Normal",
  "appearance.contrast.more": "Ridicat",
  "appearance.theme": "Culori",
  "appearance.theme.system": "Ca pe dispozitiv",
  "appearance.theme.light": "Deschise",
  "appearance.theme.dark": "Închise",
  "appearance.reset": "Revenire la normal",
};
