// The top of the room: title at the left, the recording sign and control in the middle (S-40, S-44), three dots at the
// right (S-34, S-35).

import { t, formatDuration } from "../i18n";
import { openAppearance } from "../ui/appearance_menu";
import { Button, IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu, type MenuEntry } from "../ui/menu";
import { toggleFullscreen, useFullscreen } from "../ui/fullscreen";
import { useNow } from "./hooks";
import { useRoom, type RoomUi } from "./ui_state";

export function TopBar() {
  const ui = useRoom();
  const room = ui.conference.room.value;
  const full = useFullscreen();
  return (
    <header class="room-top">
      <div class="room-title">
        <h1 class="ui-ellipsis" tabIndex={-1} id="room-heading">{room?.title ?? ""}</h1>
        {room?.locked === true && <span class="room-chip" role="img" aria-label={t("room.locked")} data-tip={t("room.locked")}><Icon name="lock" size={16} /></span>}
      </div>
      <RecordingSign />
      <div class="room-top-end">
        <Menu label={t("room.more_top")} trigger={{ icon: "more" }} align="end" side="down" items={() => topMenu(ui, full)} />
      </div>
    </header>
  );
}

function topMenu(ui: RoomUi, full: boolean): MenuEntry[] {
  const me = ui.conference.me.peek();
  const room = ui.conference.room.peek();
  const open = (dialog: NonNullable<typeof ui.dialog.value>) => () => (ui.dialog.value = dialog);
  const items: MenuEntry[] = [
    { label: full ? t("bar.fullscreen_exit") : t("bar.fullscreen"), icon: full ? "fullscreen-exit" : "fullscreen", hint: "S", onSelect: toggleFullscreen },
    { label: t("bar.settings"), icon: "settings", onSelect: open("settings") },
    { label: t("appearance.title"), icon: "accessibility", onSelect: openAppearance },
    { label: t("bar.invite"), icon: "user-plus", onSelect: open("invite") },
    { label: t("bar.connection"), icon: "wifi", onSelect: open("connection") },
    { label: t("bar.shortcuts"), icon: "keyboard", hint: "?", onSelect: open("shortcuts") },
  ];
  if (me?.moderator === true && room !== null) {
    const locked = room.locked;
    items.push({ separator: true }, {
      label: locked ? t("bar.unlock") : t("bar.lock"), icon: locked ? "unlock" : "lock",
      onSelect: () => void ui.attempt(() => ui.conference.act("lock", { locked: !locked })),
    });
  }
  items.push({ separator: true }, { label: t("bar.leave"), icon: "leave", danger: true, onSelect: open("leave") });
  return items;
}

/** Three signs: not recorded, archived unless parts are marked, recording with the time that has passed. */
function RecordingSign() {
  const ui = useRoom();
  const room = ui.conference.room.value;
  const me = ui.conference.me.value;
  const recording = room?.recording;
  const on = recording?.state === "recording";
  const now = useNow(on) + ui.conference.clockOffset.value;
  if (room === null || recording === undefined) return <div class="room-rec" />;
  const elapsed = on && recording.since !== null ? formatDuration(now - recording.since) : "";
  const by = recording.by === null ? undefined : room.participants.get(recording.by)?.name;
  const tip = on ? (by === undefined ? "" : t("rec.on_by", { name: by })) : recording.state === "armed" ? t("rec.armed_tip") : t("rec.off_tip");
  const toggle = (): void => {
    if (recording.state === "off") ui.dialog.value = "record";
    else void ui.attempt(() => ui.conference.act("recording", { action: on ? "stop" : "start" }));
  };
  return (
    <div class="room-rec" role="group" aria-label={t("rec.group")}>
      <span class={`room-rec-sign room-rec-${recording.state}`} data-testid="recording-sign" data-state={recording.state} data-tip={tip} tabIndex={0}
        aria-label={on ? t("rec.on_label", { time: elapsed }) : undefined}>
        {on ? <span class="room-rec-dot" aria-hidden="true" /> : <Icon name={recording.state === "armed" ? "archive" : "eye-off"} size={16} />}
        <span>{on ? t("rec.on") : recording.state === "armed" ? t("rec.armed") : t("rec.off")}</span>
        {on && <span class="ui-num" aria-hidden="true">{elapsed}</span>}
        {recording.state === "armed" && recording.fragments > 0 && <span class="room-rec-count">{t("rec.armed_fragments", { count: recording.fragments })}</span>}
      </span>
      {me?.organiser === true && (
        <Button size="small" variant={on ? "danger" : "plain"} icon={on ? "stop" : "record"} onClick={toggle} data-testid="record" aria-pressed={on} class="room-rec-button">
          {on ? t("rec.stop") : t("rec.start")}
        </Button>
      )}
      {me?.moderator === true && !me.organiser && <IconButton icon="info" size="small" label={t("rec.who")} onClick={() => (ui.dialog.value = "who_records")} data-testid="who-records" />}
    </div>
  );
}
