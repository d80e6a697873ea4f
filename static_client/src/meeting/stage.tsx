// The middle of the room: grid or speaker view, pages, the empty room; tells the engine what is on screen.

import { useEffect } from "preact/hooks";
import { byNumber } from "../engine/room_state";
import type { ShownTile } from "../engine/view";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { EmptyState } from "../ui/display";
import { fitGrid, fitStrip, pageCapacity, pages } from "./grid";
import { useSize } from "./hooks";
import { Invitation, useInvitation } from "./invitation";
import { SelfView } from "./self_view";
import { pageOf, planStage, tileKey, type TileRef } from "./stage_model";
import { Tile } from "./tile";
import { useRoom } from "./ui_state";

interface Placed {
  tile: TileRef;
  width: number;
  height: number;
  focus: boolean;
}

interface Arrangement {
  kind: "grid" | "focus";
  direction: "column" | "row";
  focus: Placed | null;
  rest: Placed[];
  columns: number;
  pageCount: number;
}

const PAGER = 44;

export function Stage() {
  const ui = useRoom();
  const { conference } = ui;
  const [ref, size] = useSize<HTMLDivElement>();
  const room = conference.room.value;
  const speakers = conference.speakers.value;
  const plan = room === null ? null : planStage(room, { layout: ui.layout.value, pinned: ui.pinned.value, dominant: speakers.dominant });
  const speaking = room === null || speakers.dominant === null ? null : (byNumber(room, speakers.dominant)?.id ?? null);
  const arrangement = plan === null ? null : arrange(plan, size.width, size.height, ui.page.value, speaking);

  const shown: ShownTile[] = [];
  if (room !== null && arrangement !== null) {
    for (const placed of [...(arrangement.focus === null ? [] : [arrangement.focus]), ...arrangement.rest]) {
      const one = room.participants.get(placed.tile.id);
      if (one === undefined) continue;
      const sending = placed.tile.kind === "screen" ? one.screen.on : one.camera.on;
      if (sending) shown.push({ source: `${one.number}/${placed.tile.kind}`, height: placed.height, rank: placed.focus ? 0 : placed.tile.kind === "screen" ? 1 : 2 });
    }
  }
  const wanted = JSON.stringify(shown);
  useEffect(() => conference.show(shown), [wanted]);

  const pageCount = arrangement?.pageCount ?? 1;
  useEffect(() => {
    if (ui.page.value >= pageCount) ui.page.value = pageCount - 1;
  }, [pageCount]);

  const alone = room !== null && room.participants.size <= 1;
  return (
    <section class="room-stage" aria-label={t("room.stage")} ref={ref}>
      <h2 class="visually-hidden">{t("room.stage")}</h2>
      {alone ? <Alone /> : arrangement !== null && <Tiles arrangement={arrangement} />}
      {pageCount > 1 && <Pager count={pageCount} />}
      <SelfView />
    </section>
  );
}

export function arrange(plan: { focus: TileRef | null; others: TileRef[] }, width: number, height: number, page: number, speaking: string | null): Arrangement {
  if (plan.focus === null) {
    const capacity = pageCapacity(width, height);
    const pageCount = pages(plan.others.length, capacity);
    const box = pageCount > 1 ? height - PAGER : height;
    const tiles = pageOf(plan.others, page, capacity, speaking);
    const grid = fitGrid(width, box, tiles.length);
    const rest = tiles.map((tile) => ({ tile, width: grid.width, height: grid.height, focus: false }));
    return { kind: "grid", direction: "row", focus: null, rest, columns: grid.columns, pageCount };
  }
  if (plan.others.length === 0) {
    return { kind: "focus", direction: "row", focus: { tile: plan.focus, width, height, focus: true }, rest: [], columns: 1, pageCount: 1 };
  }
  const whole = fitStrip(width, height);
  const strip = plan.others.length > whole.capacity ? fitStrip(width, height - PAGER) : whole;
  const pageCount = pages(plan.others.length, strip.capacity);
  const tiles = pageOf(plan.others, page, strip.capacity, speaking);
  const pager = pageCount > 1 ? PAGER : 0;
  const focusWidth = strip.direction === "column" ? width - strip.width - 8 : width;
  const focusHeight = (strip.direction === "column" ? height : height - strip.height - 8) - pager;
  return {
    kind: "focus", direction: strip.direction, columns: 1, pageCount,
    focus: { tile: plan.focus, width: Math.max(0, focusWidth), height: Math.max(0, focusHeight), focus: true },
    rest: tiles.map((tile) => ({ tile, width: strip.width, height: strip.height, focus: false })),
  };
}

function Tiles({ arrangement }: { arrangement: Arrangement }) {
  const { focus, rest, kind, direction } = arrangement;
  const tile = (placed: Placed) => <Tile key={tileKey(placed.tile)} tile={placed.tile} width={placed.width} height={placed.height} focus={placed.focus} />;
  if (kind === "grid") {
    return <div class="room-grid" style={{ maxWidth: `${arrangement.columns * ((rest[0]?.width ?? 0) + 8)}px` }}>{rest.map(tile)}</div>;
  }
  return (
    <div class={`room-focus room-focus-${direction}`}>
      {focus !== null && tile(focus)}
      {rest.length > 0 && <div class="room-strip">{rest.map(tile)}</div>}
    </div>
  );
}

function Pager({ count }: { count: number }) {
  const ui = useRoom();
  const page = Math.min(ui.page.value, count - 1);
  return (
    <div class="room-pager">
      <IconButton icon="chevron-left" size="small" label={t("stage.previous")} disabled={page === 0} onClick={() => (ui.page.value = Math.max(0, page - 1))} />
      <span>{t("stage.pages", { page: page + 1, pages: count })}</span>
      <IconButton icon="chevron-right" size="small" label={t("stage.next")} disabled={page >= count - 1} onClick={() => (ui.page.value = Math.min(count - 1, page + 1))} />
    </div>
  );
}

/** Nobody else here: the invitation instead of a lonely picture. */
function Alone() {
  const ui = useRoom();
  const invitation = useInvitation(ui.conference);
  const known = invitation.url !== null;
  return (
    <div class="room-alone">
      <EmptyState icon="people" title={t("stage.alone")} heading="h3">{known ? t("stage.alone_text") : t("stage.alone_wait")}</EmptyState>
      {known && <Invitation invitation={invitation} />}
      {!known && <Button variant="quiet" icon="settings" onClick={() => (ui.dialog.value = "settings")}>{t("bar.settings")}</Button>}
    </div>
  );
}
