// Keeps a floating box beside its anchor: menus, popovers, the tooltip.
import { place, type Align, type Side } from "./position";

/**
 * Puts it there now and frame by frame until what is returned is called: no event tells of everything that moves the
 * one or the other (the window turned, zoomed or scrolled, other items, a bar laid out anew). Without an anchor it stays.
 */
export function keepAt(float: HTMLElement, anchor: () => HTMLElement | null, side: Side, align: Align): () => void {
  let frame = 0;
  const put = () => {
    frame = requestAnimationFrame(put);
    const box = anchor()?.getBoundingClientRect();
    if (box === undefined) return;
    const at = place(box, { width: float.offsetWidth, height: float.offsetHeight }, { width: innerWidth, height: innerHeight }, side, align);
    float.style.left = `${at.left}px`;
    float.style.top = `${at.top}px`;
  };
  put();
  return () => cancelAnimationFrame(frame);
}
