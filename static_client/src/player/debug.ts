// `window.__player`: what end-to-end tests look at. Nothing secret, nothing that the page's own keys could not do.
import type { PlayerEngine } from "./engine";

export function exposeForTests(engine: PlayerEngine): () => void {
  const handle = {
    get currentTime() { return engine.ms / 1000; },
    get duration() { return engine.timeline.durationMs / 1000; },
    get playing() { return engine.playing.value; },
    get waiting() { return engine.waiting.value; },
    get ended() { return engine.ended.value; },
    get rate() { return engine.rate.value; },
    get lastSeekMs() { return engine.lastSeekMs; },
    get firstFrameAt() { return engine.firstFrameAt; },
    get pictures() { return [...engine.pictures.value]; },
    get failures() { return [...engine.feeds()].filter((feed) => feed.failed !== null).map((feed) => [feed.track.id, feed.failed]); },
    /** Track id -> [[from, to]] in seconds. */
    get buffered() { return Object.fromEntries([...engine.feeds()].map((feed) => [feed.track.id, feed.buffered.map(([a, b]) => [a / 1000, b / 1000])])); },
    /** Track id -> ms against the master clock, of tracks that play now. */
    get drift() { return Object.fromEntries(engine.drifts); },
    elements: () => Object.fromEntries([...engine.feeds()].map((feed) => [feed.track.id, feed.element])),
    play: () => engine.play(),
    pause: () => engine.pause(),
    seek: (seconds: number) => engine.seek(seconds * 1000),
  };
  const place = window as unknown as { __player?: typeof handle };
  place.__player = handle;
  return () => {
    if (place.__player === handle) delete place.__player;
  };
}
