// "My account" (E2-29, E2-30): details, e-mail addresses, role, collaborators (not for simple users, E2-31), two-factor.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { loadUser, toSignIn, user, type User } from "../portal/account";
import { useHashPart } from "../portal/hash_part";
import { StatusPage } from "../status/status";
import { Avatar, Badge, PageSpinner, TabPanel, Tabs } from "../ui/display";
import { Page } from "../ui/page";
import "./account.css";
import { Details } from "./details";
import { EmailTab } from "./emails";
import { RoleTab } from "./role";
import { SecurityTab } from "./security";

// The collaborators' tab is a part of the coordinators' pages.
const collaborators = Object.values(import.meta.glob<{ default: ComponentType }>("../portal/collaborators.tsx"))[0];

const PARTS = ["details", "emails", "role", "collaborators", "security"] as const;
type Part = (typeof PARTS)[number];

/** An unfinished account may ask for a role, and nothing else here (decision 6). */
function partsOf(who: User): Part[] {
  if (who.must.length > 0) return ["role"];
  return PARTS.filter((one) => one !== "collaborators" || (who.role !== "user" && collaborators !== undefined));
}

export default function Account() {
  const [part, choose] = useHashPart();
  const [unreachable, setUnreachable] = useState(false);
  const start = () => {
    setUnreachable(false);
    loadUser().then((who) => {
      if (who === null) toSignIn();
      else if (who.must.includes("accept_terms")) navigate("/activate", { replace: true });
    }, () => setUnreachable(true));
  };
  useEffect(start, []);
  if (unreachable) return <StatusPage code="network" retry={start} />;
  const who = user.value;
  if (!who || who.must.includes("accept_terms")) return <Page title={t("acc.page")}><PageSpinner /></Page>;
  const parts = partsOf(who);
  const shown = parts.find((one) => one === part) ?? parts[0] ?? "details";
  return (
    <Page title={t("acc.page")}>
      <div class="account-head">
        <Avatar name={who.name} id={who.id} size="3.25rem" />
        <div class="ui-grow">
          <h1>{t("acc.page")}</h1>
          <p>{who.name} <Badge>{t(`acc.role.${who.role}`)}</Badge></p>
        </div>
      </div>
      <Tabs prefix="account" label={t("acc.tabs")} value={shown} onChange={choose} tabs={parts.map((id) => ({ id, label: t(`acc.tab.${id}`) }))} />
      <TabPanel prefix="account" id={shown}>
        <div class="account-panel">
          {shown === "details" && <Details />}
          {shown === "emails" && <EmailTab />}
          {shown === "role" && <RoleTab who={who} />}
          {shown === "collaborators" && <Collaborators />}
          {shown === "security" && <SecurityTab who={who} />}
        </div>
      </TabPanel>
    </Page>
  );
}

function Collaborators() {
  const [Shown, setShown] = useState<{ Tab: ComponentType } | null>(null);
  useEffect(() => {
    void collaborators?.().then((module) => setShown({ Tab: module.default }));
  }, []);
  return Shown === null ? <PageSpinner /> : <Shown.Tab />;
}
