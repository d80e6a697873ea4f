// What a key does in the player. Pure; the page carries it out.

export type KeyAct =
  | { act: "toggle" | "mute" | "view" | "fullscreen" | "help" | "start" | "end" }
  | { act: "step"; seconds: number }
  | { act: "volume"; by: number }
  | { act: "speed"; by: 1 | -1 }
  | { act: "tenth"; tenth: number };

/** `target` tells what has the focus: in text nothing fires, on buttons and sliders their own keys stay theirs. */
export function keyAct(key: string, target: "text" | "button" | "slider" | "tab" | "other"): KeyAct | null {
  if (target === "text") return null;
  if (target === "button" && (key === " " || key === "Enter")) return null;
  if (target === "slider" && (/^(Arrow|Page|Home|End)/.test(key))) return null;
  if (target === "tab" && (key === " " || /^(Arrow|Home|End|Enter)/.test(key))) return null;
  if (/^[0-9]$/.test(key)) return { act: "tenth", tenth: Number(key) };
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case " ": case "k": return { act: "toggle" };
    case "j": return { act: "step", seconds: -10 };
    case "l": return { act: "step", seconds: 10 };
    case "ArrowLeft": return { act: "step", seconds: -5 };
    case "ArrowRight": return { act: "step", seconds: 5 };
    case "ArrowUp": return { act: "volume", by: 0.1 };
    case "ArrowDown": return { act: "volume", by: -0.1 };
    case "m": return { act: "mute" };
    case "v": return { act: "view" };
    case "f": return { act: "fullscreen" };
    case "<": case ",": return { act: "speed", by: -1 };
    case ">": case ".": return { act: "speed", by: 1 };
    case "Home": return { act: "start" };
    case "End": return { act: "end" };
    case "?": return { act: "help" };
    default: return null;
  }
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

export function nextRate(rate: number, by: 1 | -1): number {
  const at = RATES.findIndex((one) => one >= rate - 0.001);
  return RATES[Math.max(0, Math.min(RATES.length - 1, (at < 0 ? RATES.length - 1 : at) + by))] ?? 1;
}
