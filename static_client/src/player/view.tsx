// The player's page: head, stage, controls, who spoke when, chat and downloads.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatDate, formatDateTime, t } from "../i18n";
import { knowUser, user } from "../portal/account";
import { Button } from "../ui/button";
import { Badge, Banner, TabPanel, Tabs } from "../ui/display";
import { toggleFullscreen } from "../ui/fullscreen";
import { Mark } from "../ui/icon";
import { Chat } from "./chat";
import { Controls } from "./controls";
import { exposeForTests } from "./debug";
import { PlayerEngine } from "./engine";
import { Files } from "./files";
import { KeyHelp } from "./key_help";
import { keyAct, nextRate, type KeyAct } from "./keys";
import { Lanes } from "./lanes";
import type { View } from "./layout";
import type { Address } from "./part_files";
import "./player.css";
import { Stage } from "./stage";
import type { Timeline } from "./timeline";
import type { Manifest } from "./types";

export function PlayerView({ manifest, timeline, address }: { manifest: Manifest; timeline: Timeline; address: Address }) {
  const engine = useMemo(() => new PlayerEngine(timeline, address), [manifest]);
  const [view, setView] = useState<View>("speaker");
  const [tab, setTab] = useState(manifest.chat.length > 0 ? "chat" : "files");
  const [help, setHelp] = useState(false);
  const theatre = useRef<HTMLDivElement>(null);
  const { recording } = manifest;

  useEffect(knowUser, []);
  useEffect(() => {
    engine.open();
    const forget = exposeForTests(engine);
    return () => {
      forget();
      engine.close();
    };
  }, [engine]);
  useEffect(() => {
    document.title = `${t("player.page", { title: recording.title })} · ${t("ui.product")}`;
  }, [recording.title]);

  const fullscreen = () => toggleFullscreen(theatre.current);
  const carryOut = (act: KeyAct) => {
    switch (act.act) {
      case "toggle": return engine.toggle();
      case "step": return engine.seek(engine.ms + act.seconds * 1000);
      case "volume": return engine.setVolume(Math.max(0, Math.min(1, engine.volume.value + act.by)), false);
      case "mute": return engine.setVolume(engine.volume.value, !engine.muted.value);
      case "view": return setView((now) => (now === "grid" ? "speaker" : "grid"));
      case "fullscreen": return fullscreen();
      case "speed": return engine.setRate(nextRate(engine.rate.value, act.by));
      case "tenth": return engine.seek((timeline.durationMs * act.tenth) / 10);
      case "start": return engine.seek(0);
      case "end": return engine.seek(timeline.durationMs);
      case "help": return setHelp(true);
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], [popover]:popover-open[role=menu]") !== null) return;
      const act = keyAct(event.key, focusKind(event.target));
      if (act === null) return;
      event.preventDefault();
      carryOut(act);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });

  return (
    <div class="player theme-dark">
      <a class="skip-link" href="#player-main" onClick={(event) => {
        event.preventDefault();
        document.getElementById("player-main")?.focus();
      }}>{t("ui.skip")}</a>
      <header class="player-head">
        <a class="ui-brand" href="/" aria-label={t("ui.product")}><Mark size={30} /></a>
        <div class="ui-grow">
          <h1>{recording.title}</h1>
          <p class="ui-muted ui-small">{t("player.recorded", { date: formatDateTime(recording.started_at) })}</p>
        </div>
        <DaysLeft manifest={manifest} />
        {user.value != null && user.value.must.length === 0 && <Button variant="quiet" size="small" icon="calendar" href="/conferences">{t("home.title")}</Button>}
      </header>
      <main class="player-main" id="player-main" tabIndex={-1}>
        <div class="player-left">
          <Failures engine={engine} />
          {recording.state === "capturing" && <Banner kind="warn" icon="record">{t("player.capturing")}</Banner>}
          <div class="player-theatre" ref={theatre}>
            <Stage engine={engine} timeline={timeline} view={view} onView={setView} />
            <Controls engine={engine} timeline={timeline} view={view} onView={setView} onFullscreen={fullscreen} onHelp={() => setHelp(true)} />
          </div>
          <Lanes engine={engine} timeline={timeline} />
        </div>
        <aside class="player-side" aria-label={t("player.tabs")}>
          <Tabs prefix="player" label={t("player.tabs")} value={tab} onChange={setTab} tabs={[
            { id: "chat", label: t("player.tab.chat"), count: manifest.chat.length },
            { id: "files", label: t("player.tab.files") },
          ]} />
          <TabPanel prefix="player" id={tab}>
            {tab === "chat" ? <Chat engine={engine} lines={manifest.chat} /> : <Files timeline={timeline} address={address} title={recording.title} />}
          </TabPanel>
        </aside>
      </main>
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function DaysLeft({ manifest: { recording } }: { manifest: Manifest }) {
  const days = recording.days_left;
  if (days === null) return null;
  const long = recording.expires_at === null ? undefined : t("player.days_left_long", { date: formatDate(recording.expires_at) });
  return (
    <span class="player-days" data-tip={long}>
      <Badge kind={days <= 3 ? "warn" : undefined} icon="clock">{days < 1 ? t("player.last_day") : t("player.days_left", { count: days })}</Badge>
      {long !== undefined && <span class="visually-hidden">{long}</span>}
    </span>
  );
}

function Failures({ engine }: { engine: PlayerEngine }) {
  const count = engine.failures.value.length;
  return count === 0 ? null : <Banner kind="warn">{t("player.some_failed", { count })}</Banner>;
}

function focusKind(target: EventTarget | null): "text" | "button" | "slider" | "tab" | "other" {
  if (!(target instanceof HTMLElement)) return "other";
  if (target instanceof HTMLInputElement) return target.type === "range" ? "slider" : "text";
  if (target.matches("textarea, select, [contenteditable]")) return "text";
  if (target.matches("[role=tab]")) return "tab";
  return target.closest("button, a[href], summary") === null ? "other" : "button";
}
