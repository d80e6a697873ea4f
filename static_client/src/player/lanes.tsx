// Who spoke when: one lane per person. A name jumps to that person's next words, the bars to any moment.
import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import { formatDuration, formatSpan, t } from "../i18n";
import { Avatar } from "../ui/display";
import { Icon } from "../ui/icon";
import type { PlayerEngine } from "./engine";
import { nextSpeech, remarkOn, spokenMs, type Timeline } from "./timeline";
import type { Person, Span } from "./types";

export function Lanes({ engine, timeline }: { engine: PlayerEngine; timeline: Timeline }) {
  const people = useMemo(() => timeline.people.map((person) => ({ person, spoken: spokenMs(timeline, person.id) })).toSorted((a, b) => b.spoken - a.spoken || a.person.number - b.person.number), [timeline]);
  return (
    <section class="player-lanes" aria-labelledby="lanes-title">
      <h2 id="lanes-title">{t("player.lanes")}</h2>
      {timeline.fragments.length > 0 && <p class="ui-small ui-muted">{t("player.fragments_hint")}</p>}
      {timeline.speech.size === 0 ? <p class="ui-muted ui-small">{t("player.no_speech")}</p> : <p class="visually-hidden">{t("player.lanes_hint")}</p>}
      <div class="player-lane-box">
        {timeline.fragments.length > 0 && <FragmentLane engine={engine} timeline={timeline} />}
        {people.map(({ person, spoken }) => <Lane key={person.id} person={person} spoken={spoken} engine={engine} timeline={timeline} />)}
        <Playhead engine={engine} timeline={timeline} />
      </div>
    </section>
  );
}

function Playhead({ engine, timeline }: { engine: PlayerEngine; timeline: Timeline }) {
  return <div class="player-lane-area" aria-hidden="true"><span class="player-playhead" style={{ left: `${(engine.position.value / timeline.durationMs) * 100}%` }} /></div>;
}

function FragmentLane({ engine, timeline }: { engine: PlayerEngine; timeline: Timeline }) {
  return (
    <div class="player-lane">
      <span class="player-lane-name is-label">{t("player.fragments")}</span>
      <div class="player-lane-bars">
        {timeline.fragments.map((span, i) => (
          <button key={i} type="button" class="player-fragment" style={{ left: `${(span.start_ms / timeline.durationMs) * 100}%`, width: `${((span.end_ms - span.start_ms) / timeline.durationMs) * 100}%` }}
            aria-label={t("player.fragment_of", { index: i + 1, from: formatDuration(span.start_ms), to: formatDuration(span.end_ms) })} data-tip={t("player.fragment", { index: i + 1 })}
            onClick={() => engine.seek(span.start_ms)}>{i + 1}</button>
        ))}
      </div>
    </div>
  );
}

const Lane = memo(function Lane({ person, spoken, engine, timeline }: { person: Person; spoken: number; engine: PlayerEngine; timeline: Timeline }) {
  const spans = timeline.speech.get(person.id) ?? [];
  const never = spans.length === 0;
  const remark = remarkOn(timeline, person);
  const said = remark === null ? null : t(`player.remark.${remark}`);
  const leftOut = remark !== null && remark !== "silent";
  return (
    <div class="player-lane" data-lane={person.id} data-remark={remark}>
      <button type="button" class="player-lane-name" disabled={never}
        onClick={() => {
          const next = nextSpeech(timeline, person.id, engine.ms);
          if (next !== null) engine.seek(next);
        }}>
        <Avatar name={person.name} id={person.id} size="1.5rem" />
        <span class="ui-ellipsis">{person.name}</span>
        {leftOut && <span class="player-lane-out" data-tip={said}><Icon name="eye-off" size={16} /></span>}
        {!never && <span class="player-lane-time ui-num" aria-hidden="true">{formatDuration(spoken)}</span>}
        <span class="visually-hidden">{said !== null && `: ${said}`}{!never && t("player.lane_jump", { time: formatSpan(spoken) })}</span>
      </button>
      <div class="player-lane-bars" onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        engine.seek(snap(spans, ((event.clientX - box.left) / box.width) * timeline.durationMs, (6 / box.width) * timeline.durationMs));
      }}>
        <svg viewBox={`0 0 ${timeline.durationMs} 10`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <path d={bars(spans, timeline.durationMs)} />
        </svg>
        {never && <span class="player-lane-remark ui-small" aria-hidden="true">{said}</span>}
      </div>
    </div>
  );
});

/** Bars as one path; none is thinner than can be seen. */
function bars(spans: readonly Span[], total: number): string {
  const least = total / 900;
  return spans.map((span) => `M${Math.round(span.start_ms)} 0h${Math.round(Math.max(least, span.end_ms - span.start_ms))}v10h${-Math.round(Math.max(least, span.end_ms - span.start_ms))}z`).join("");
}

/** A press on (or just beside) a bar means its beginning. */
export function snap(spans: readonly Span[], ms: number, near: number): number {
  const hit = spans.find((span) => ms >= span.start_ms - near && ms <= span.end_ms + near);
  return hit === undefined ? ms : hit.start_ms;
}
