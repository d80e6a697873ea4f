// The room: puts the parts in their places and turns events into words.

import { useEffect, useMemo } from "preact/hooks";
import { chime } from "../engine/chime";
import type { Conference, LocalNotice } from "../engine/conference";
import type { RoomEvent } from "../engine/protocol";
import type { RoomState } from "../engine/room_state";
import { formatDuration, t } from "../i18n";
import { Button } from "../ui/button";
import { PageSpinner } from "../ui/display";
import { Icon } from "../ui/icon";
import { dismissAll, toast } from "../ui/toast";
import { Chat } from "./chat";
import { Dialogs } from "./dialogs";
import { useMediaQuery, useNow, useWakeLock } from "./hooks";
import { useKeptFocus } from "./kept_focus";
import { noticeFor } from "./notices";
import { People } from "./people";
import "./room.css";
import { useShortcuts } from "./shortcuts";
import { Sound, unblockSound } from "./sound";
import { Stage } from "./stage";
import { Toolbar } from "./toolbar";
import { TopBar } from "./top_bar";
import { RoomContext, RoomUi, useRoom } from "./ui_state";

export function Room({ conference }: { conference: Conference }) {
  const ui = useMemo(() => new RoomUi(conference), [conference]);
  const narrow = useMediaQuery("(max-width: 899px)");
  useEffect(() => {
    ui.narrow.value = narrow;
  }, [narrow]);
  useWakeLock();
  useShortcuts(ui);
  useKeptFocus(".room");
  useEffect(() => conference.listen({ onEvent: (event, before, after) => heard(ui, event, before, after), onNotice: (notice) => told(ui, notice) }), [ui]);
  useEffect(() => {
    document.documentElement.classList.add("in-room");
    return () => {
      document.documentElement.classList.remove("in-room");
      dismissAll();
    };
  }, []);
  const room = conference.room.value;
  const title = room?.title ?? conference.options.answer.conference.title;
  useEffect(() => {
    document.title = `${title} · ${t("ui.product")}`;
  }, [title]);
  return (
    <RoomContext.Provider value={ui}>
      <div class="room theme-dark" data-narrow={narrow}>
        <a class="skip-link" href="#room-controls" onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("#room-controls button")?.focus();
        }}>{t("room.skip_controls")}</a>
        {room === null ? <PageSpinner label={t("room.connecting")} /> : <Inside />}
        <Sound />
      </div>
    </RoomContext.Provider>
  );
}

function Inside() {
  const ui = useRoom();
  const people = ui.peopleShown.value;
  const chat = ui.chatShown.value;
  useEffect(() => document.getElementById("room-heading")?.focus(), []);
  return (
    <>
      <TopBar />
      <Banners />
      <div class="room-middle">
        {(people || chat) && (
          <aside class={`room-dock${people && chat ? " room-dock-both" : ""}`} aria-label={t("room.dock")}>
            {people && <People />}
            {chat && <Chat />}
          </aside>
        )}
        <Stage />
      </div>
      <Toolbar />
      <Dialogs />
    </>
  );
}

function Banners() {
  const ui = useRoom();
  const { conference } = ui;
  const link = conference.link.value;
  const lost = link.kind === "lost";
  const now = useNow(lost);
  const left = lost ? Math.max(0, Math.ceil((link.since + link.graceS * 1000 - now) / 1000)) : 0;
  const sharing = conference.me.value?.screen.on === true;
  return (
    <div class="room-banners">
      {lost && (
        <div class="room-banner room-banner-bad" role="alert" data-testid="reconnecting">
          <Icon name="wifi-off" />
          <span><strong>{t("room.lost_title")}</strong> {left > 0 ? t("room.lost_place", { count: left }) : t("room.lost_over")}</span>
          <Button size="small" onClick={() => conference.hurry()}>{t("room.try_now")}</Button>
        </div>
      )}
      {!lost && conference.media.value === "interrupted" && (
        <div class="room-banner room-banner-warn" role="status" data-testid="media-lost"><Icon name="wifi-off" /><span>{t("room.media_lost")}</span></div>
      )}
      {ui.soundBlocked.value && (
        <div class="room-banner room-banner-warn" role="alert" data-testid="sound-blocked">
          <Icon name="volume-off" /><span>{t("room.sound_blocked")}</span>
          <Button size="small" variant="primary" onClick={() => void unblockSound().then((done) => (ui.soundBlocked.value = !done))}>{t("room.sound_on")}</Button>
        </div>
      )}
      <WaitingBanner />
      <EndingBanner />
      {sharing && (
        <div class="room-banner" role="status" data-testid="sharing">
          <Icon name="screen" /><span>{t("stage.sharing")}</span>
          <Button size="small" variant="danger" icon="screen-stop" onClick={() => void ui.toggleShare()}>{t("bar.share_stop")}</Button>
        </div>
      )}
    </div>
  );
}

/** Somebody waits, and the list of people is hidden. */
function WaitingBanner() {
  const ui = useRoom();
  const count = ui.waiting.value;
  if (count === 0 || ui.peopleShown.value) return null;
  return (
    <div class="room-banner" role="status" data-testid="waiting-banner">
      <Icon name="door" /><span>{t("door.waiting", { count })}</span>
      <Button size="small" variant="primary" onClick={() => ui.showWaiting()}>{t("note.knocked_show")}</Button>
    </div>
  );
}

const WARN_MS = 5 * 60_000;
const EXTEND_MIN = 15;

/** The last five minutes (decision 2); a moderator may make it longer. */
function EndingBanner() {
  const ui = useRoom();
  const room = ui.conference.room.value;
  const endsAt = room?.endsAt ?? null;
  const now = useNow(endsAt !== null, 1000) + ui.conference.clockOffset.value;
  if (endsAt === null || endsAt - now > WARN_MS || endsAt <= now) return null;
  const longest = room?.longestEnd ?? null;
  const longer = longest === null || endsAt + EXTEND_MIN * 60_000 <= longest;
  return (
    <div class="room-banner room-banner-warn" role="status" data-testid="ending">
      <Icon name="clock" /><span class="ui-num">{t("ending.text", { left: formatDuration(endsAt - now) })}</span>
      {longer && ui.conference.me.value?.moderator === true && (
        <Button size="small" onClick={() => void ui.attempt(() => ui.conference.act("extend", { minutes: EXTEND_MIN }))}>{t("ending.extend")}</Button>
      )}
    </div>
  );
}

function heard(ui: RoomUi, event: RoomEvent, before: RoomState, after: RoomState): void {
  const notice = noticeFor(event, before, after);
  if (notice !== null) {
    const action = event.type === "knocked" && !ui.peopleShown.peek() ? { label: t("note.knocked_show"), run: () => ui.showWaiting() } : undefined;
    toast({ text: notice.text, kind: notice.kind, action, ...(notice.key === undefined ? {} : { key: notice.key }) });
  }
  switch (event.type) {
    case "knocked":
      if (ui.choices.peek().chimes) chime("knock");
      break;
    case "asked":
      if (event.id === after.you) ui.asked.value = event.actor ?? "";
      break;
    case "reaction":
      ui.react(event.id, event.reaction);
      break;
    case "chat_message":
      if (event.message.from !== after.you && !ui.chatShown.peek()) {
        ui.unread.value += 1;
        const { from_name: name, text, to } = event.message;
        ui.chatToast = toast({
          text: t(to === null ? "note.chat" : "note.chat_private", { name, text: text.length > 80 ? `${text.slice(0, 80)}…` : text }), key: "chat", icon: "chat",
          action: { label: t("note.show"), run: () => ui.toggleChat() },
        });
      }
      break;
    case "participant_left":
      if (ui.pinned.peek()?.id === event.id) ui.pinned.value = null;
      break;
    default:
      break;
  }
}

function told(ui: RoomUi, notice: LocalNotice): void {
  const held = ui.conference.me.peek()?.mic.held === true;
  switch (notice) {
    case "speaking_muted":
      toast({
        text: held ? t("note.speaking_held") : t("note.speaking_muted"), kind: "warn", icon: "mic-off", key: "speaking",
        action: held ? undefined : { label: t("note.unmute"), run: () => void ui.toggleMic() },
      });
      break;
    case "back_again":
      toast({ text: t("room.back_again"), kind: "good", key: "back" });
      break;
    default:
      toast({ text: t(`note.${notice}`), kind: notice === "share_ended" ? "info" : "warn", key: notice });
  }
}
