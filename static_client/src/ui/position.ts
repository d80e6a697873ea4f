// Where a floating box goes beside its anchor, kept inside the window. Pure.

export interface Box { left: number; top: number; width: number; height: number }
export interface Size { width: number; height: number }
export type Side = "below" | "above";
export type Align = "start" | "end" | "center";

export function place(anchor: Box, float: Size, view: Size, side: Side, align: Align, gap = 6, edge = 8): { left: number; top: number } {
  const below = anchor.top + anchor.height + gap;
  const above = anchor.top - gap - float.height;
  const fitsBelow = below + float.height <= view.height - edge;
  const fitsAbove = above >= edge;
  const useAbove = side === "above" ? fitsAbove || !fitsBelow : !fitsBelow && fitsAbove;
  const left =
    align === "start" ? anchor.left
    : align === "end" ? anchor.left + anchor.width - float.width
    : anchor.left + anchor.width / 2 - float.width / 2;
  const clamp = (value: number, max: number) => Math.max(edge, Math.min(value, max));
  return {
    left: clamp(left, view.width - float.width - edge),
    top: clamp(useAbove ? above : below, view.height - float.height - edge),
  };
}
