// Page "Administration": the texts of this installation (decision 12) and the audit log, for administrators.
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { requireUser, user } from "../portal/account";
import { StatusPage } from "../status/status";
import { EmptyState, PageSpinner, TabPanel, Tabs } from "../ui/display";
import { Page } from "../ui/page";
import { AuditLog } from "./audit_log";
import { Texts } from "./texts";

const PARTS = ["texts", "audit"] as const;
type Part = (typeof PARTS)[number];

function partsOf(rights: readonly string[]): Part[] {
  return PARTS.filter((part) => rights.includes(part === "texts" ? "content_edit" : "audit"));
}

export default function Administration() {
  const [part, setPart] = useState(() => location.hash.slice(1));
  const [unreachable, setUnreachable] = useState(false);
  const start = () => {
    setUnreachable(false);
    requireUser().catch(() => setUnreachable(true));
  };
  useEffect(start, []);
  if (unreachable) return <StatusPage code="network" retry={start} />;
  const who = user.value;
  if (!who || who.must.length > 0) return <Page title={t("adm.page")}><PageSpinner /></Page>;
  const parts = partsOf(who.rights);
  const shown = parts.find((one) => one === part) ?? parts[0];
  const choose = (id: string) => {
    setPart(id);
    history.replaceState(null, "", `#${id}`);
  };
  return (
    <Page title={t("adm.page")}>
      <h1>{t("adm.page")}</h1>
      {shown === undefined ? <EmptyState icon="lock" title={t("adm.not_yours")}>{t("adm.not_yours_text")}</EmptyState> : (
        <>
          <Tabs prefix="adm" label={t("pp.tabs")} value={shown} onChange={choose} tabs={parts.map((id) => ({ id, label: t(`adm.tab.${id}`) }))} />
          <TabPanel prefix="adm" id={shown}>{shown === "texts" ? <Texts /> : <AuditLog />}</TabPanel>
        </>
      )}
    </Page>
  );
}
