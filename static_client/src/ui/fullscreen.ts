// The whole screen for the page or a part of it. Telephones that know no such thing stay as they are.
import { useEffect, useState } from "preact/hooks";

/** Is anything shown on the whole screen? */
export function useFullscreen(): boolean {
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return full;
}

export function toFullscreen(element: Element | null): void {
  void element?.requestFullscreen?.().catch(() => undefined);
}

export function toggleFullscreen(element: Element | null = document.documentElement): void {
  if (document.fullscreenElement === null) toFullscreen(element);
  else void document.exitFullscreen().catch(() => undefined);
}
