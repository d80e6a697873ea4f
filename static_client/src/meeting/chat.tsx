// The lower half of the dock: messages to everyone or to one person (S-13), links, deleting and closing by moderators.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatMessage, Participant } from "../engine/protocol";
import type { RoomState } from "../engine/room_state";
import { formatTime, t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { linkify } from "./linkify";
import { useRoom, type RoomUi } from "./ui_state";

const LONGEST = 4000;
const SHOWN = 300;

export function Chat() {
  const ui = useRoom();
  const room = ui.conference.room.value;
  const me = ui.conference.me.value;
  if (room === null || me === undefined) return null;
  const mayWrite = !room.chatClosed || me.moderator;
  return (
    <section class="room-chat" aria-labelledby="room-chat-heading">
      <div class="room-dock-head">
        <h2 id="room-chat-heading">{t("chat.heading")}</h2>
        {me.moderator && (
          <Menu label={t("chat.options")} trigger={{ icon: "more", size: "small" }} items={[{
            label: room.chatClosed ? t("chat.open") : t("chat.close"), icon: room.chatClosed ? "unlock" : "lock",
            onSelect: () => void ui.attempt(() => ui.conference.act("chat_close", { closed: !room.chatClosed })),
          }]} />
        )}
        <IconButton icon={ui.narrow.value ? "close" : "chevron-down"} size="small" label={t("bar.chat_hide")} onClick={() => ui.fold("chat")} />
      </div>
      <Messages room={room} me={me} />
      {mayWrite ? <Composer room={room} me={me} /> : <p class="room-chat-closed"><Icon name="lock" size={16} /> {t("chat.closed")}</p>}
    </section>
  );
}

function Messages({ room, me }: { room: RoomState; me: Participant }) {
  const ui = useRoom();
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [newer, setNewer] = useState(false);
  const messages = room.chat.slice(-SHOWN);
  const last = messages.at(-1)?.id;
  const toEnd = (): void => {
    const element = log.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    if (atEnd.current || messages.at(-1)?.from === me.id) toEnd();
    else setNewer(true);
  }, [last]);
  useEffect(() => {
    ui.unread.value = 0;
  }, []);
  return (
    <div class="room-chat-scroll">
      <div class="room-chat-log" ref={log} role="log" aria-label={t("chat.log")} aria-live="off" tabIndex={0}
        onScroll={(event) => {
          const element = event.currentTarget;
          atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
          if (atEnd.current) setNewer(false);
        }}>
        {messages.length === 0 && <p class="room-chat-empty">{t("chat.empty")}</p>}
        {messages.map((one, index) => <Message key={one.id} message={one} previous={messages[index - 1]} room={room} me={me} ui={ui} />)}
      </div>
      {newer && <Button size="small" icon="chevron-down" class="room-chat-new" onClick={toEnd}>{t("chat.new")}</Button>}
    </div>
  );
}

function Message({ message, previous, room, me, ui }: { message: ChatMessage; previous: ChatMessage | undefined; room: RoomState; me: Participant; ui: RoomUi }) {
  const mine = message.from === me.id;
  const deleted = message.deleted_by !== null;
  const follows = previous !== undefined && previous.from === message.from && previous.to === message.to && message.at - previous.at < 120_000 && previous.deleted_by === null;
  const other = message.to === null ? null : mine ? (room.participants.get(message.to)?.name ?? t("note.somebody")) : message.from_name;
  return (
    <article class={["room-message", mine && "is-mine", message.to !== null && "is-private", follows && "follows"].filter(Boolean).join(" ")} data-message={message.id}>
      {!follows && (
        <header>
          <strong>{mine ? t("chat.you") : message.from_name}</strong>
          {other !== null && <span class="room-message-private">{mine ? t("chat.private_to", { name: other }) : t("chat.private_from", { name: other })}</span>}
          <time dateTime={new Date(message.at).toISOString()}>{formatTime(message.at)}</time>
        </header>
      )}
      {deleted
        ? <p class="room-message-deleted">{message.deleted_by === message.from ? t("chat.deleted") : t("chat.deleted_moderator")}</p>
        : <p>{linkify(message.text).map((piece, i) => ("href" in piece ? <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">{piece.text}</a> : piece.text))}</p>}
      {!deleted && (mine || me.moderator) && (
        <IconButton class="room-message-delete" icon="trash" size="small" iconSize={16} label={t("chat.delete")}
          onClick={() => void ui.attempt(() => ui.conference.act("chat_delete", { message: message.id }))} />
      )}
    </article>
  );
}

function Composer({ room, me }: { room: RoomState; me: Participant }) {
  const ui = useRoom();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const to = ui.chatTo.value !== null && room.participants.has(ui.chatTo.value) ? ui.chatTo.value : null;
  const others = [...room.participants.values()].filter((one) => one.id !== me.id && !one.phone).sort((a, b) => a.name.localeCompare(b.name));
  const name = to === null ? t("chat.everyone") : (room.participants.get(to)?.name ?? "");
  const send = async (): Promise<void> => {
    const message = text.trim();
    if (message === "" || busy) return;
    setBusy(true);
    const sent = await ui.attempt(() => ui.conference.act("chat_send", { text: message, to }));
    if (sent) setText("");
    setBusy(false);
  };
  return (
    <form class={to === null ? "room-composer" : "room-composer is-private"} onSubmit={(event) => {
      event.preventDefault();
      void send();
    }}>
      <label class="room-composer-to">
        <span>{t("chat.to")}</span>
        <select value={to ?? ""} onChange={(event) => (ui.chatTo.value = event.currentTarget.value === "" ? null : event.currentTarget.value)}>
          <option value="" selected={to === null}>{t("chat.everyone")}</option>
          {others.map((one) => <option key={one.id} value={one.id} selected={one.id === to}>{one.name}</option>)}
        </select>
      </label>
      <div class="room-composer-line">
        <textarea id="room-chat-text" class="ui-input" rows={text.includes("\n") || text.length > 60 ? 3 : 1} maxLength={LONGEST} value={text} placeholder={t("chat.placeholder", { to: name })} aria-label={t("chat.placeholder", { to: name })}
          data-testid="chat-text"
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void send();
          }} />
        <IconButton icon="send" type="submit" variant="primary" label={t("chat.send")} disabled={text.trim() === ""} data-testid="chat-send" />
      </div>
    </form>
  );
}
