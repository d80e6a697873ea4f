// Keeping one media element on the master clock. Pure: what the element shows, in; what to do with it, out.

/** Correction by speed begins above START_MS and ends below STOP_MS; above SEEK_MS the element jumps. */
export const START_MS = 18;
export const STOP_MS = 5;
export const SEEK_MS = 320;
/** Strongest change of speed: sound keeps its pitch but not its tempo, silent pictures may hurry. */
const STRONGEST = { audio: 0.08, video: 0.2 } as const;
const SEEK_EVERY_MS = 600;

export interface ElementState {
  kind: "audio" | "video";
  /** Recording time that the element shows, ms. */
  atMs: number;
  /** Whether it is being corrected by speed. */
  correcting: boolean;
  lastSeekAt: number;
  /** Whether there is media at the playhead. */
  covered: boolean;
  /** Where, within reach, it goes on when there is none. */
  nextStartMs: number | null;
}

export interface Correction { seekTo: number | null; play: boolean; rate: number; correcting: boolean }

export function correct(state: ElementState, clock: { ms: number; running: boolean; rate: number }, now: number): Correction {
  const still = { seekTo: null, play: false, rate: clock.rate, correcting: false };
  const maySeek = now - state.lastSeekAt >= SEEK_EVERY_MS;
  if (!state.covered) {
    // In a gap: wait, paused, at the place where the track goes on.
    const next = state.nextStartMs;
    const away = next !== null && Math.abs(state.atMs - next) > 20;
    return { ...still, seekTo: away && maySeek ? next : null };
  }
  const drift = state.atMs - clock.ms;
  if (!clock.running) return { ...still, seekTo: Math.abs(drift) > STOP_MS ? clock.ms : null };
  if (Math.abs(drift) > SEEK_MS) return { seekTo: maySeek ? clock.ms : null, play: true, rate: clock.rate, correcting: false };
  const correcting = Math.abs(drift) > (state.correcting ? STOP_MS : START_MS);
  const most = STRONGEST[state.kind];
  const push = correcting ? Math.max(-most, Math.min(most, -drift / 300)) : 0;
  return { seekTo: null, play: true, rate: clock.rate * (1 + push), correcting };
}

/** How much the clock itself should move: the median drift, when all elements together run late or early. */
export function clockShift(drifts: readonly number[]): number {
  if (drifts.length === 0) return 0;
  const sorted = drifts.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return Math.abs(median) > STOP_MS && Math.abs(median) < SEEK_MS ? median : 0;
}
