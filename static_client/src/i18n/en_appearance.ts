// Texts of the accessibility menu.
export const appearance = {
  "appearance.title": "Accessibility",
  "appearance.text": "Size of the text",
  "appearance.percent": "{percent} %",
  "appearance.brightness": "Brightness",
  "appearance.contrast": "Contrast",
  "appearance.contrast.normal": "Normal",
  "appearance.contrast.more": "High",
  "appearance.theme": "Colours",
  "appearance.theme.system": "As the device",
  "appearance.theme.light": "Light",
  "appearance.theme.dark": "Dark",
  "appearance.reset": "Back to normal",
} as const;
