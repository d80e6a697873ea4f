// The chat beside the picture: what was written up to now; a time jumps there.
import { useEffect, useRef } from "preact/hooks";
import { formatDuration, t } from "../i18n";
import type { PlayerEngine } from "./engine";
import { lastStarted } from "./timeline";
import type { ChatLine } from "./types";

export function Chat({ engine, lines }: { engine: PlayerEngine; lines: readonly ChatLine[] }) {
  const list = useRef<HTMLOListElement>(null);
  const at = lastStarted(lines.map((line) => ({ start_ms: line.at_ms })), engine.position.value);
  useEffect(() => {
    const item = list.current?.children[at];
    if (item instanceof HTMLElement && list.current !== null) list.current.scrollTop = item.offsetTop - list.current.clientHeight + item.offsetHeight + 48;
  }, [at]);
  if (lines.length === 0) return <p class="player-empty ui-muted">{t("player.chat_empty")}</p>;
  return (
    <ol class="player-chat" role="list" ref={list} tabIndex={0} aria-label={t("player.tab.chat")}>
      {lines.map((line, i) => (
        <li key={i} class={i > at ? "is-future" : i === at ? "is-now" : ""}>
          <p class="player-chat-head">
            <strong>{line.from_name}</strong>
            <button type="button" class="player-chat-time ui-num" aria-label={t("player.chat_jump", { time: formatDuration(line.at_ms) })} onClick={() => engine.seek(line.at_ms)}>{formatDuration(line.at_ms)}</button>
          </p>
          <p class="player-chat-text">{line.text}</p>
        </li>
      ))}
    </ol>
  );
}
