// Which kind of device the browser runs on, for words and pictures alone: nothing depends on it.

export type DeviceKind = "computer" | "tablet" | "phone";

export function deviceKind(userAgent: string, touchPoints: number): DeviceKind {
  if (/iPhone|Android.*Mobile|Mobile.*Firefox/.test(userAgent)) return "phone";
  if (/iPad|Android/.test(userAgent)) return "tablet";
  return /Macintosh/.test(userAgent) && touchPoints > 1 ? "tablet" : "computer"; // an iPad that calls itself a Mac
}
