// Conferences and recordings of who is signed in: what is held today and later, what was postponed, what is over.
import { useEffect, useState } from "preact/hooks";
import { formatDate, t } from "../i18n";
import { StatusPage } from "../status/status";
import { Button } from "../ui/button";
import { EmptyState, PageSpinner, TabPanel, Tabs } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { Page } from "../ui/page";
import { AccessDialog } from "./access";
import { requireUser, user } from "./account";
import { headingOf } from "./conference_card";
import { ConnectNotice } from "./connect_notice";
import { ConferenceForm } from "./conference_form";
import { ConferenceList } from "./conference_list";
import { editing } from "./editing";
import { useHashPart } from "./hash_part";
import "./home.css";
import { recordings, refresh, watch, type Filter } from "./home_data";
import { RecordingList } from "./recordings";
import type { Conference } from "./types";

const TABS = ["conferences", "postponed", "history", "recordings"] as const;
const ANY: Filter = { words: "", date: "" };

export default function Home() {
  const [part, choose] = useHashPart(TABS[0]);
  const tab = TABS.find((one) => one === part) ?? TABS[0];
  const [filter, setFilter] = useState(ANY);
  const [created, setCreated] = useState<Conference | null>(null);
  const [unreachable, setUnreachable] = useState(false);
  const start = () => {
    setUnreachable(false);
    requireUser().catch(() => setUnreachable(true));
  };
  useEffect(start, []);
  useEffect(() => (user.value?.must.length === 0 ? watch() : undefined), [user.value?.id]);
  if (unreachable) return <StatusPage code="network" retry={start} />;
  const who = user.value;
  if (!who || who.must.length > 0) return <Page title={t("home.page")}><PageSpinner /></Page>;
  const kept = recordings.value?.filter((one) => one.state !== "deleted").length ?? 0;
  const create = () => (editing.value = { kind: "new" });
  const mayCreate = who.role !== "user";
  return (
    <Page title={t("home.page")}>
      <div class="portal-home-head">
        <h1>{t("home.title")}</h1>
        {mayCreate && <Button variant="primary" icon="plus" onClick={create}>{t("home.new")}</Button>}
      </div>
      <Tabs prefix="home" label={t("home.tabs")} value={tab} onChange={choose} tabs={[
        { id: "conferences", label: t("home.tab.conferences") },
        { id: "postponed", label: t("home.tab.postponed") },
        { id: "history", label: t("home.tab.history") },
        { id: "recordings", label: t("home.tab.recordings"), count: kept },
      ]} />
      <TabPanel prefix="home" id={tab}>
        {tab === "recordings" ? <RecordingList /> : (
          <>
            <Search filter={filter} onChange={setFilter} />
            <div class="portal-sections" key={tab}>
              {tab === "conferences" ? <Coming filter={filter} onNew={mayCreate ? create : null} /> : (
                <ConferenceList which={tab} filter={filter} heading={t(`home.tab.${tab}`)} quiet empty={<EmptyState icon={tab === "history" ? "history" : "calendar"} title={t(`home.${tab}.empty`)}>{t(`home.${tab}.empty_text`)}</EmptyState>} />
              )}
            </div>
            {tab === "conferences" && <ConnectNotice />}
          </>
        )}
      </TabPanel>
      {editing.value !== null && (
        <ConferenceForm conference={editing.value.kind === "edit" ? editing.value.conference : null} group={editing.value.kind === "new" ? editing.value.group : undefined} onClose={() => (editing.value = null)} onSaved={(conference) => {
          if (editing.value?.kind === "new") setCreated(conference);
          editing.value = null;
          void refresh();
        }} />
      )}
      {created !== null && <AccessDialog conference={created} onClose={() => setCreated(null)} next={() => headingOf(created.id)} />}
    </Page>
  );
}

/** Today's first, then what comes later (E2-106, E2-107); a date shows that day alone. */
function Coming({ filter, onNew }: { filter: Filter; onNew: (() => void) | null }) {
  const [current, setCurrent] = useState<number | null>(null);
  const [future, setFuture] = useState<number | null>(null);
  const narrowed = filter.words !== "" || filter.date !== "";
  const day = filter.date === "" ? null : formatDate(Date.parse(`${filter.date}T12:00Z`));
  const nothing = current === 0 && (future === 0 || day !== null);
  return (
    <>
      <ConferenceList which="current" filter={filter} heading={day ?? t("home.current")} onTotal={setCurrent}
        empty={nothing ? null : <p class="ui-muted">{day === null ? t("home.none_today") : t("home.none_day")}</p>} />
      {day === null && <ConferenceList which="future" filter={filter} heading={t("home.future")} onTotal={setFuture} empty={null} />}
      {nothing && (narrowed ? <EmptyState icon="search" title={t("home.none_found")} /> : (
        <EmptyState icon="calendar" title={t("home.empty.title")} actions={onNew === null ? undefined : <Button variant="primary" icon="plus" onClick={onNew}>{t("home.empty.action")}</Button>}>
          {onNew === null ? t("home.empty.invited") : t("home.empty.text")}
        </EmptyState>
      ))}
    </>
  );
}

function Search({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const [words, setWords] = useState(filter.words);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (words.trim() !== filter.words) onChange({ ...filter, words: words.trim() });
    }, 250);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <form class="portal-search" role="search" onSubmit={(event) => event.preventDefault()}>
      <Field label={t("home.search")}><TextInput type="search" value={words} maxLength={100} onInput={setWords} /></Field>
      <Field label={t("home.search_date")}><TextInput type="date" value={filter.date} onInput={(date) => onChange({ ...filter, date })} /></Field>
      {(filter.words !== "" || filter.date !== "") && <Button onClick={() => {
        setWords("");
        onChange(ANY);
      }}>{t("home.search_clear")}</Button>}
    </form>
  );
}
