// The organiser's home: own conferences and recordings.
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { StatusPage } from "../status/status";
import { Button } from "../ui/button";
import { EmptyState, PageSpinner, TabPanel, Tabs } from "../ui/display";
import { Icon } from "../ui/icon";
import { Page } from "../ui/page";
import { AccountMenu, requireUser, user } from "./account";
import { AccessDialog } from "./access";
import { ConferenceCard } from "./conference_card";
import { ConferenceForm } from "./conference_form";
import { conferences, loadError, recordings, refresh, watch } from "./home_data";
import "./home.css";
import { LoadFailed } from "./load_failed";
import { RecordingList } from "./recordings";
import { isOver, type Conference } from "./types";

type Editing = { kind: "new" } | { kind: "edit"; conference: Conference } | null;

export default function Home() {
  const [tab, setTab] = useState(location.hash === "#recordings" ? "recordings" : "conferences");
  const [editing, setEditing] = useState<Editing>(null);
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
  const choose = (id: string) => {
    setTab(id);
    history.replaceState(null, "", id === "recordings" ? "#recordings" : location.pathname);
  };
  const kept = recordings.value?.filter((one) => one.state !== "deleted").length ?? 0;
  return (
    <Page title={t("home.page")} nav={<AccountMenu user={who} />}>
      <div class="portal-home-head">
        <h1>{t("home.title")}</h1>
        <Button variant="primary" icon="plus" onClick={() => setEditing({ kind: "new" })}>{t("home.new")}</Button>
      </div>
      <Tabs prefix="home" label={t("home.tabs")} value={tab} onChange={choose} tabs={[
        { id: "conferences", label: t("home.tab.conferences"), count: conferences.value?.filter((one) => !isOver(one)).length ?? 0 },
        { id: "recordings", label: t("home.tab.recordings"), count: kept },
      ]} />
      <TabPanel prefix="home" id={tab}>
        {tab === "recordings"
          ? <RecordingList />
          : <Conferences onNew={() => setEditing({ kind: "new" })} onEdit={(conference) => setEditing({ kind: "edit", conference })} />}
      </TabPanel>
      {editing !== null && (
        <ConferenceForm conference={editing.kind === "edit" ? editing.conference : null} onClose={() => setEditing(null)} onSaved={(conference) => {
          setEditing(null);
          if (editing.kind === "new") setCreated(conference);
          void refresh();
        }} />
      )}
      {created !== null && <AccessDialog conference={created} onClose={() => setCreated(null)} />}
    </Page>
  );
}

function Conferences({ onNew, onEdit }: { onNew: () => void; onEdit: (conference: Conference) => void }) {
  const list = conferences.value;
  if (list === null) {
    return loadError.value === null ? <PageSpinner /> : <LoadFailed text={t("home.load_failed")} detail={loadError.value} retry={() => void refresh()} />;
  }
  if (list.length === 0) {
    return (
      <EmptyState icon="calendar" title={t("home.empty.title")} actions={<Button variant="primary" icon="plus" onClick={onNew}>{t("home.empty.action")}</Button>}>
        {t("home.empty.text")}
      </EmptyState>
    );
  }
  const running = list.filter((one) => one.state === "running");
  const open = list.filter((one) => one.state === "open");
  const past = list.filter(isOver);
  const cards = (some: Conference[]) => <ul class="portal-cards" role="list">{some.map((one) => <ConferenceCard key={one.id} conference={one} onEdit={() => onEdit(one)} />)}</ul>;
  return (
    <div class="portal-sections">
      {loadError.value !== null && <LoadFailed text={t("home.load_failed")} detail={loadError.value} retry={() => void refresh()} />}
      {running.length > 0 && <section><h2>{t("home.now")}</h2>{cards(running)}</section>}
      {open.length > 0 && <section><h2>{t("home.open")}</h2>{cards(open)}</section>}
      {running.length + open.length === 0 && <p class="ui-muted">{t("home.none_open")}</p>}
      {past.length > 0 && (
        <details class="portal-past" open={running.length + open.length === 0}>
          <summary><Icon name="chevron-right" size={18} /><h2>{t("home.past", { count: past.length })}</h2></summary>
          {cards(past)}
        </details>
      )}
    </div>
  );
}

