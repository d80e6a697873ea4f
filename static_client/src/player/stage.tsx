// The stage: pictures and avatars, one large or all alike.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { Avatar } from "../ui/display";
import { toggleFullscreen } from "../ui/fullscreen";
import { Icon } from "../ui/icon";
import type { PlayerEngine } from "./engine";
import { gridColumns, layout, type Tile, type View } from "./layout";
import { partAt, speakingAt, type Timeline } from "./timeline";

export function Stage({ engine, timeline, view, onView }: { engine: PlayerEngine; timeline: Timeline; view: View; onView: (view: View) => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const [pinned, setPinned] = useState<string | null>(null);
  const [page, setPage] = useState(0);
  const { width, height } = useSize(ref);
  const narrow = width > 0 && width < 640;
  const ms = engine.position.value;
  const shown = layout({ timeline, ms, view, pinned, page, perPage: narrow ? 6 : 9, aside: narrow ? 3 : 4 });
  const speaking = speakingAt(timeline, ms);
  const ids = shown.tiles.flatMap((tile) => (tile.track === null ? [] : [tile.track.id]));
  const main = shown.tiles.find((tile) => tile.main)?.track?.id ?? null;
  const key = [...ids, main].join(" ");
  useEffect(() => engine.show(new Set(ids), main), [key, engine]);
  const columns = view === "grid" ? gridColumns(shown.tiles.length, width || 16, height || 9) : 0;
  return (
    <section class="player-stage" aria-label={t("player.stage")} data-view={view} data-alone={shown.tiles.length === 1} ref={ref}
      style={{ "--columns": String(columns) }} onDblClick={() => toggleFullscreen(ref.current?.closest(".player-theatre") ?? null)}>
      <div class="player-tiles">
        {shown.tiles.map((tile) => (
          <TileView key={tile.id} tile={tile} engine={engine} ms={ms} speaking={tile.purpose === "camera" && speaking.has(tile.person.id)} pinned={pinned === tile.id}
            onPin={() => {
              setPinned(pinned === tile.id ? null : tile.id);
              if (view === "grid") onView("speaker");
            }} />
        ))}
      </div>
      {shown.tiles.length === 0 && <p class="player-nobody">{t("player.nobody")}</p>}
      {view === "speaker" && shown.hidden > 0 && <Button class="player-more" size="small" icon="grid" onClick={() => onView("grid")}>{t("player.more_people", { count: shown.hidden })}</Button>}
      {shown.pages > 1 && (
        <div class="player-pages">
          <IconButton icon="chevron-left" label={t("player.previous_page")} disabled={shown.page === 0} onClick={() => setPage(shown.page - 1)} />
          <span class="ui-num" role="status">{shown.page + 1} / {shown.pages}</span>
          <IconButton icon="chevron-right" label={t("player.next_page")} disabled={shown.page === shown.pages - 1} onClick={() => setPage(shown.page + 1)} />
        </div>
      )}
      <BigButton engine={engine} />
    </section>
  );
}

interface TileProps { tile: Tile; engine: PlayerEngine; ms: number; speaking: boolean; pinned: boolean; onPin: () => void }

function TileView({ tile, engine, ms, speaking, pinned, onPin }: TileProps) {
  const { person, track } = tile;
  const picture = track !== null && engine.pictures.value.has(track.id);
  const name = tile.purpose === "screen" ? t("player.screen_of", { name: person.name }) : person.name;
  const part = track === null ? null : partAt(track, ms);
  const cls = ["player-tile", tile.main && "is-main", speaking && "is-speaking", `is-${tile.purpose}`, part !== null && (part.height ?? 0) > (part.width ?? 0) && "is-upright"].filter(Boolean).join(" ");
  return (
    <figure class={cls} data-tile={tile.id} data-picture={picture} aria-label={picture ? name : t("player.no_picture", { name })}>
      {!picture && <Avatar name={person.name} id={person.id} class="player-avatar" />}
      {track !== null && <Picture engine={engine} id={track.id} visible={picture} />}
      <figcaption class="player-name">
        {speaking && <Icon name="volume" size={14} />}
        {tile.purpose === "screen" && <Icon name="screen" size={14} />}
        <span class="ui-ellipsis">{name}</span>
        {speaking && <span class="visually-hidden">, {t("player.speaking", { name: person.name })}</span>}
      </figcaption>
      <IconButton class="player-pin" size="small" variant="plain" icon={pinned ? "unpin" : "pin"} pressed={pinned} label={pinned ? t("player.unpin", { name }) : t("player.pin", { name })} onClick={onPin} />
    </figure>
  );
}

/** Puts the track's own video element in its place; the element outlives the tile. */
function Picture({ engine, id, visible }: { engine: PlayerEngine; id: string; visible: boolean }) {
  const ref = useRef<HTMLDivElement>(null);
  const alive = engine.alive.value;
  useEffect(() => {
    const element = engine.feed(id)?.element;
    if (element !== undefined && element.parentElement !== ref.current) ref.current?.replaceChildren(element);
  }, [alive, id, engine]);
  return <div class={visible ? "player-video" : "player-video is-covered"} ref={ref} aria-hidden="true" />;
}

/** Before the first press, while waiting, and at the end. */
function BigButton({ engine }: { engine: PlayerEngine }) {
  const [begun, setBegun] = useState(false);
  const playing = engine.playing.value;
  useEffect(() => {
    if (playing) setBegun(true);
  }, [playing]);
  const busy = useLate(engine.busy.value, 300);
  if (busy) return <span class="player-big is-waiting" role="status"><span class="ui-spinner" aria-hidden="true" /><span class="visually-hidden">{t("player.waiting")}</span></span>;
  const ended = engine.ended.value;
  if (playing || (begun && !ended)) return null;
  return (
    <button type="button" class="player-big" aria-label={ended ? t("player.replay") : t("player.play")} onClick={() => engine.play()}>
      <Icon name={ended ? "refresh" : "play"} size={36} />
    </button>
  );
}

function useLate(value: boolean, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!value) return setLate(false);
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [value]);
  return value && late;
}

function useSize(ref: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return size;
}
