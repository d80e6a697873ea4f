// Page "Administration": the texts of this installation (decision 12) and the audit log, for administrators.
import { t } from "../i18n";
import { TabbedPage } from "../portal/tabbed_page";
import { AuditLog } from "./audit_log";
import { Texts } from "./texts";

const PARTS = ["texts", "audit"] as const;
type Part = (typeof PARTS)[number];

function partsOf(rights: readonly string[]): Part[] {
  return PARTS.filter((part) => rights.includes(part === "texts" ? "content_edit" : "audit"));
}

export default function Administration() {
  return (
    <TabbedPage prefix="adm" title={t("adm.page")} partsOf={partsOf} label={(part) => t(`adm.tab.${part}`)}
      nothing={{ title: t("adm.not_yours"), text: t("adm.not_yours_text") }}>
      {(part: Part) => (part === "texts" ? <Texts /> : <AuditLog />)}
    </TabbedPage>
  );
}
