// One tile of the stage: the picture if there is one that is theirs, else initials; the name and the signs.

import { useComputed } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { Participant } from "../engine/protocol";
import { t } from "../i18n";
import { IconButton } from "../ui/button";
import { Avatar, NetworkBars } from "../ui/display";
import { toFullscreen } from "../ui/fullscreen";
import { Icon } from "../ui/icon";
import { AwaySign, describe, HandSign, MicSign, ModeratorSquare, NotRecordedSign } from "./badges";
import { Menu } from "../ui/menu";
import { personMenu } from "./person_menu";
import { REACTION_GLYPHS } from "./reactions";
import { SlotVideo } from "./slot_video";
import { sameTile, type TileRef } from "./stage_model";
import { useRoom } from "./ui_state";

export interface TileProps {
  tile: TileRef;
  width: number;
  height: number;
  /** The large picture of the stage. */
  focus?: boolean;
}

export function Tile({ tile, width, height, focus = false }: TileProps) {
  const ui = useRoom();
  const { conference } = ui;
  const room = conference.room.value;
  const one = room?.participants.get(tile.id);
  const root = useRef<HTMLDivElement>(null);
  const onShown = useCallback((shown: boolean) => {
    if (root.current !== null) root.current.dataset["covered"] = shown ? "false" : "true";
  }, []);
  const speaking = useComputed(() => one !== undefined && one.mic.on && conference.speakers.value.active.includes(one.number) && (conference.levels.value[String(one.number)] ?? 0) > 0.12);
  if (room === null || one === undefined) return null;
  const purpose = tile.kind === "screen" ? "screen" : "camera";
  const source = `${one.number}/${purpose}`;
  const sending = tile.kind === "screen" ? one.screen.on : one.camera.on;
  const fact = sending ? [...conference.bindings.value.values()].find((each) => each.source === source) : undefined;
  const slot = fact === undefined || fact.state === "undecodable" ? undefined : conference.slots.value.get(fact.mid);
  const pinned = sameTile(ui.pinned.value, tile);
  const screen = tile.kind === "screen";
  const name = screen ? t("stage.screen_of", { name: one.name }) : one.name;
  const small = height < 110;
  const quality = conference.quality.value.get(one.number) ?? 3;
  const classes = ["room-tile", focus && "room-tile-focus", small && "room-tile-small", screen && "room-tile-screen", speaking.value && !screen && "is-speaking", !one.connected && "is-away"];
  return (
    <div
      ref={root} class={classes.filter(Boolean).join(" ")} style={{ width: `${width}px`, height: `${height}px` }}
      role="group" aria-label={screen ? name : describe(one, room)}
      data-tile={tile.kind} data-participant={one.id} data-number={one.number} data-source={source} data-covered="true"
      onDblClick={() => pin(ui, tile, pinned)}
    >
      {slot !== undefined && <SlotVideo key={`${slot.stream.id}/${one.number}`} slot={slot} number={one.number} contain={screen} onShown={onShown} />}
      <div class="room-tile-cover">
        {screen ? <Icon name="screen" size={small ? 28 : 56} /> : <Avatar name={one.name} id={one.id} size={`${Math.round(Math.min(120, Math.max(34, height * 0.38)))}px`} />}
        {!small && sending && <CoverText one={one} state={fact?.state} />}
      </div>
      <ReactionOverlay id={one.id} />
      <div class="room-tile-top">
        <AwaySign one={one} />
        <HandSign one={one} room={room} />
        <NotRecordedSign one={one} room={room} />
        {quality < 2 && one.connected && <NetworkBars quality={quality} label={t(`badge.network_${quality === 0 ? "0" : "1"}`)} />}
      </div>
      <div class="room-tile-name">
        {!screen && <MicSign one={one} />}
        <ModeratorSquare one={one} />
        <span class="ui-ellipsis">{name}</span>
        {one.phone && <Icon name="phone" size={14} />}
      </div>
      {!small && (
        <div class="room-tile-actions">
          <IconButton icon={pinned ? "unpin" : "pin"} size="small" label={pinned ? t("stage.unpin", { name }) : t("stage.pin", { name })} onClick={() => pin(ui, tile, pinned)} />
          {focus && <IconButton icon="fullscreen" size="small" label={t("stage.fullscreen", { name })} onClick={() => toFullscreen(root.current)} />}
          <Menu label={t("people.menu", { name: one.name })} trigger={{ icon: "more", size: "small" }} items={() => personMenu(ui, one.id)} />
        </div>
      )}
    </div>
  );
}

function CoverText({ one, state }: { one: Participant; state: string | undefined }) {
  const text = !one.connected ? t("stage.away") : state === "paused" ? t("stage.paused") : state === "undecodable" ? t("stage.undecodable") : null;
  return text === null ? null : <p class="room-tile-note">{text}</p>;
}

function pin(ui: ReturnType<typeof useRoom>, tile: TileRef, pinned: boolean): void {
  ui.pinned.value = pinned ? null : tile;
}

export function ReactionOverlay({ id }: { id: string }) {
  const ui = useRoom();
  const mine = ui.reactions.value.filter((one) => one.id === id);
  if (mine.length === 0) return null;
  return (
    <div class="room-reactions" aria-hidden="true">
      {mine.map((one) => <span key={one.key}>{REACTION_GLYPHS[one.reaction]}</span>)}
    </div>
  );
}
