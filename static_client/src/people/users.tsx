// Page "Users" with its four parts (E2-69): administrators, users, groups, pending approval. Unit Coordinators have groups alone.
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { requireUser, user, type User } from "../portal/account";
import { StatusPage } from "../status/status";
import { EmptyState, PageSpinner, TabPanel, Tabs } from "../ui/display";
import { Page } from "../ui/page";
import { Approvals } from "./approvals";
import { Coordinators } from "./coordinators";
import { Groups } from "./groups";
import { SimpleUsers } from "./simple_users";

const PARTS = ["coordinators", "users", "groups", "approval"] as const;
type Part = (typeof PARTS)[number];

export function partsOf(rights: readonly string[]): Part[] {
  return PARTS.filter((part) => rights.includes(part === "groups" ? "groups" : "people"));
}

export default function Users() {
  const [part, setPart] = useState(() => location.hash.slice(1));
  const [unreachable, setUnreachable] = useState(false);
  const start = () => {
    setUnreachable(false);
    requireUser().catch(() => setUnreachable(true));
  };
  useEffect(start, []);
  useEffect(() => {
    const follow = () => setPart(location.hash.slice(1));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  if (unreachable) return <StatusPage code="network" retry={start} />;
  const who = user.value;
  if (!who || who.must.length > 0) return <Page title={t("pp.page")}><PageSpinner /></Page>;
  const parts = partsOf(who.rights);
  const shown = parts.find((one) => one === part) ?? parts[0];
  const choose = (id: string) => {
    setPart(id);
    history.replaceState(null, "", `${location.pathname}#${id}`); // another list begins at its beginning
  };
  return (
    <Page title={t("pp.page")}>
      <h1>{t("pp.page")}</h1>
      {shown === undefined ? <EmptyState icon="lock" title={t("pp.not_yours")}>{t("pp.not_yours_text")}</EmptyState> : (
        <>
          <Tabs prefix="people" label={t("pp.tabs")} value={shown} onChange={choose} tabs={parts.map((id) => ({ id, label: t(`pp.tab.${id}`) }))} />
          <TabPanel prefix="people" id={shown}><Shown part={shown} who={who} /></TabPanel>
        </>
      )}
    </Page>
  );
}

function Shown({ part, who }: { part: Part; who: User }) {
  switch (part) {
    case "coordinators": return <Coordinators who={who} />;
    case "users": return <SimpleUsers />;
    case "groups": return <Groups />;
    case "approval": return <Approvals />;
  }
}
