// Loudness of a track, 20 times a second, from an AnalyserNode; and the tone of the loudspeaker test. One AudioContext
// for the page, made at the first use (browsers want a gesture before it runs).

let shared: AudioContext | null = null;

export function audioContext(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  shared ??= new AudioContext();
  if (shared.state === "suspended") void shared.resume().catch(() => undefined);
  return shared;
}

/** 0…1 for a window of samples: -60 dB is 0, -10 dB and more is 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms <= 0.001) return 0;
  return Math.min(1, Math.max(0, (20 * Math.log10(rms) + 60) / 50));
}

/** Calls `level` until the returned function is called. The track is cloned: muting the original does not silence it. */
export function meter(track: MediaStreamTrack, level: (value: number) => void, everyMs = 50): () => void {
  const context = audioContext();
  if (context === null) return () => undefined;
  const clone = track.clone();
  clone.enabled = true;
  const source = context.createMediaStreamSource(new MediaStream([clone]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (context.state === "suspended") void context.resume().catch(() => undefined);
    analyser.getFloatTimeDomainData(samples);
    level(loudness(samples));
  }, everyMs);
  return () => {
    clearInterval(timer);
    source.disconnect();
    clone.stop();
  };
}

/** Three tones as a stream, to be played through the chosen loudspeaker. Ends by itself after `seconds`. */
export function testTones(seconds = 1.6): MediaStream | null {
  const context = audioContext();
  if (context === null) return null;
  const out = context.createMediaStreamDestination();
  const start = context.currentTime + 0.05;
  [523.25, 659.25, 783.99].forEach((frequency, index) => {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const at = start + index * 0.25;
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.9);
    tone.connect(gain).connect(out);
    tone.start(at);
    tone.stop(start + seconds);
  });
  return out.stream;
}
