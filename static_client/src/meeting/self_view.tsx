// One's own picture: small, in a corner that can be changed by dragging or by a key, and can be hidden.

import { useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "../ui/button";
import { Avatar } from "../ui/display";
import { HandSign, MicSign, ModeratorSquare, NotRecordedSign } from "./badges";
import { LocalVideo } from "./slot_video";
import { ReactionOverlay } from "./tile";
import { useRoom } from "./ui_state";

type Corner = "bottom-right" | "bottom-left" | "top-left" | "top-right";
const CORNERS: readonly Corner[] = ["bottom-right", "bottom-left", "top-left", "top-right"];

export function SelfView() {
  const ui = useRoom();
  const { conference } = ui;
  const [corner, setCorner] = useState<Corner>("bottom-right");
  const root = useRef<HTMLDivElement>(null);
  const room = conference.room.value;
  const me = conference.me.value;
  const choices = ui.choices.value;
  if (room === null || me === undefined || choices.hideSelf) return null;
  const camera = conference.local.camera.value;
  const speaking = me.mic.on && conference.local.micLevel.value > 0.35;

  const drag = (event: PointerEvent): void => {
    const element = root.current;
    const stage = element?.parentElement;
    if (element === null || stage === null || stage === undefined || event.button !== 0) return;
    if ((event.target as Element).closest("button") !== null) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    const start = { x: event.clientX, y: event.clientY };
    const move = (at: PointerEvent): void => {
      element.style.transform = `translate(${at.clientX - start.x}px, ${at.clientY - start.y}px)`;
    };
    const dragging = new AbortController();
    const drop = (at: PointerEvent): void => {
      dragging.abort();
      element.style.transform = "";
      const box = stage.getBoundingClientRect();
      const left = at.clientX < box.left + box.width / 2;
      const top = at.clientY < box.top + box.height / 2;
      setCorner(`${top ? "top" : "bottom"}-${left ? "left" : "right"}`);
    };
    const { signal } = dragging;
    element.addEventListener("pointermove", move, { signal });
    element.addEventListener("pointerup", drop, { signal });
    element.addEventListener("pointercancel", drop, { signal });
  };

  return (
    <div ref={root} class={`room-self room-self-${corner}${speaking ? " is-speaking" : ""}`} role="group" aria-label={t("stage.self")} onPointerDown={drag} data-self>
      {camera !== null && me.camera.on
        ? <LocalVideo track={camera} mirrored={choices.mirrorSelf && conference.local.facing === "user"} label={t("stage.self")} />
        : <div class="room-tile-cover"><Avatar name={me.name} id={me.id} size="44px" /></div>}
      <ReactionOverlay id={me.id} />
      <div class="room-tile-top">
        <HandSign one={me} room={room} />
        <NotRecordedSign one={me} room={room} />
      </div>
      <div class="room-tile-name">
        <MicSign one={me} />
        <ModeratorSquare one={me} />
        <span class="ui-ellipsis">{t("stage.you")}</span>
      </div>
      <div class="room-tile-actions">
        <IconButton icon="pip" size="small" label={t("stage.self_move")} onClick={() => setCorner(CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? "bottom-right")} />
        <IconButton icon="eye-off" size="small" label={t("stage.self_hide")} onClick={() => ui.choose({ hideSelf: true })} />
      </div>
    </div>
  );
}
