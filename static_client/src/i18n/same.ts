// For the completeness test: texts that are right although they look wrong.

/** Equal to English in some language, and rightly so. */
export const SAME: readonly string[] = ["ui.product", "appearance.percent", "appearance.contrast", "appearance.contrast.normal"];

/** Longer than their place seems to allow, and seen to fit. */
export const SHORT: readonly string[] = [];
