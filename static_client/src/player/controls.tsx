// The controls under the stage: position, play, jump, sound, speed, view, full screen.
import { useEffect, useRef, useState } from "preact/hooks";
import { formatDuration, formatList, t } from "../i18n";
import { IconButton, ToggleButton } from "../ui/button";
import { useFullscreen } from "../ui/fullscreen";
import { Slider } from "../ui/field";
import { Menu } from "../ui/menu";
import type { PlayerEngine } from "./engine";
import { RATES } from "./keys";
import type { View } from "./layout";
import { speakingAt, type Timeline } from "./timeline";

export interface ControlsProps {
  engine: PlayerEngine;
  timeline: Timeline;
  view: View;
  onView: (view: View) => void;
  onFullscreen: () => void;
  onHelp: () => void;
}

export function Controls({ engine, timeline, view, onView, onFullscreen, onHelp }: ControlsProps) {
  const playing = engine.playing.value;
  const ended = engine.ended.value;
  const full = useFullscreen();
  const idle = useIdle(full && playing);
  const rate = engine.rate.value;
  return (
    <section class={idle ? "player-controls is-idle" : "player-controls"} aria-label={t("player.controls")}>
      <SeekBar engine={engine} timeline={timeline} />
      <div class="player-buttons">
        <IconButton icon="back" label={t("player.back")} shortcut="J" onClick={() => engine.seek(engine.ms - 10_000)} />
        <IconButton class="player-play" variant="primary" icon={ended ? "refresh" : playing ? "pause" : "play"} label={ended ? t("player.replay") : playing ? t("player.pause") : t("player.play")} shortcut="K" onClick={() => engine.toggle()} />
        <IconButton icon="forward" label={t("player.forward")} shortcut="L" onClick={() => engine.seek(engine.ms + 10_000)} />
        <Time engine={engine} timeline={timeline} />
        <span class="ui-grow" />
        <Sound engine={engine} />
        <Menu label={t("player.speed_now", { rate: t("player.rate", { rate: rateText(rate) }) })} side="up" trigger={{ text: t("player.rate", { rate: rateText(rate) }), variant: "quiet", class: "player-speed" }}
          items={[{ heading: t("player.speed") }, ...RATES.map((one) => ({ label: t("player.rate", { rate: rateText(one) }), role: "radio" as const, checked: one === rate, onSelect: () => engine.setRate(one) }))]} />
        <ToggleButton icon="grid" iconPressed="speaker-view" pressed={view === "grid"} label={t("player.view")} tip={t("player.view_grid")} tipPressed={t("player.view_speaker")} shortcut="V" onClick={() => onView(view === "grid" ? "speaker" : "grid")} />
        <IconButton class="player-help" icon="keyboard" label={t("player.keys")} shortcut="?" onClick={onHelp} />
        <IconButton icon={full ? "fullscreen-exit" : "fullscreen"} label={full ? t("player.fullscreen_exit") : t("player.fullscreen")} shortcut="F" onClick={onFullscreen} />
      </div>
    </section>
  );
}

const rateText = (rate: number): string => String(rate);

function Time({ engine, timeline }: { engine: PlayerEngine; timeline: Timeline }) {
  return <span class="player-time ui-num ui-nowrap">{formatDuration(engine.position.value)} <span class="ui-muted">/ {formatDuration(timeline.durationMs)}</span></span>;
}

function Sound({ engine }: { engine: PlayerEngine }) {
  const volume = engine.volume.value;
  const muted = engine.muted.value || volume === 0;
  return (
    <span class="player-sound">
      <IconButton icon={muted ? "volume-off" : volume < 0.5 ? "volume-low" : "volume"} label={t("player.mute")} tip={muted ? t("player.unmute") : t("player.mute")} pressed={muted} shortcut="M" onClick={() => engine.setVolume(volume === 0 ? 0.5 : volume, !muted)} />
      <Slider class="player-volume" label={t("player.volume")} min={0} max={1} step={0.05} value={muted ? 0 : volume} valueText={t("player.volume_text", { count: Math.round((muted ? 0 : volume) * 100) })} onInput={(value) => engine.setVolume(value, false)} />
    </span>
  );
}

function SeekBar({ engine, timeline }: { engine: PlayerEngine; timeline: Timeline }) {
  const [hover, setHover] = useState<number | null>(null);
  const pending = useRef<number | null>(null);
  const total = timeline.durationMs;
  const ms = Math.min(engine.position.value, total);
  const share = (value: number) => `${(value / total) * 100}%`;
  const speakers = (at: number) => timeline.people.filter((one) => speakingAt(timeline, at).has(one.id)).map((one) => one.name);
  const seekSoon = (value: number) => {
    // While dragging, a seek every 120 ms is enough; the last one always counts.
    if (pending.current === null) {
      engine.seek(value);
      setTimeout(() => {
        const last = pending.current;
        pending.current = null;
        if (last !== null && last >= 0) engine.seek(last);
      }, 120);
      pending.current = -1;
    } else pending.current = value;
  };
  const now = speakers(ms);
  const text = now.length > 0 ? t("player.seek_speaking", { at: formatDuration(ms), total: formatDuration(total), names: formatList(now) }) : t("player.seek_text", { at: formatDuration(ms), total: formatDuration(total) });
  return (
    <div class="player-seek" onPointerMove={(event) => {
      const box = event.currentTarget.getBoundingClientRect();
      setHover(event.pointerType === "touch" ? null : Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * total);
    }} onPointerLeave={() => setHover(null)}>
      <div class="player-seek-bar" aria-hidden="true">
        {timeline.kept.map((span) => <span key={span.start_ms} class="player-seek-kept" style={{ left: share(span.start_ms), width: share(span.end_ms - span.start_ms) }} />)}
        <span class="player-seek-buffered" style={{ left: share(ms), width: share(Math.max(0, engine.bufferedTo.value - ms)) }} />
        <span class="player-seek-done" style={{ width: share(ms) }} />
        {timeline.fragments.map((span, i) => <span key={`f${i}`} class="player-seek-fragment" style={{ left: share(span.start_ms) }} />)}
      </div>
      <input type="range" class="player-seek-input" min={0} max={total} step={100} value={ms} aria-label={t("player.seek")} aria-valuetext={text}
        onInput={(event) => seekSoon(Number(event.currentTarget.value))}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -5000, ArrowDown: -5000, ArrowRight: 5000, ArrowUp: 5000, PageDown: -60_000, PageUp: 60_000 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          engine.seek(engine.ms + step);
        }} />
      {hover !== null && (
        <span class="player-seek-hover ui-num" style={{ left: share(hover) }}>
          {formatDuration(hover)}
          {speakers(hover).slice(0, 2).map((name) => <span key={name}>{name}</span>)}
        </span>
      )}
    </div>
  );
}

/** True after three seconds without a key, a touch or a movement. */
function useIdle(active: boolean): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    setIdle(false);
    if (!active) return;
    let timer = setTimeout(() => setIdle(true), 3000);
    const wake = () => {
      clearTimeout(timer);
      setIdle(false);
      timer = setTimeout(() => setIdle(true), 3000);
    };
    const events = ["pointermove", "pointerdown", "keydown"] as const;
    for (const one of events) document.addEventListener(one, wake);
    return () => {
      clearTimeout(timer);
      for (const one of events) document.removeEventListener(one, wake);
    };
  }, [active]);
  return idle;
}
