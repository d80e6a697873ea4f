// Two short tones, made here: somebody knocks, and: you are let in.
import { audioContext } from "./level";

const TONES = { knock: [660, 880], admitted: [523, 659, 784] } as const;

const QUIET_MS = 2000;
let last = -QUIET_MS;

/** A crowd at the door is one tone every two seconds. */
export function chime(kind: keyof typeof TONES): void {
  const context = audioContext();
  if (context === null || performance.now() - last < QUIET_MS) return;
  last = performance.now();
  TONES[kind].forEach((hertz, index) => {
    const start = context.currentTime + index * 0.14;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  });
}
