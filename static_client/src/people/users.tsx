// Page "Users" with its four parts (E2-69): administrators, users, groups, pending approval. Unit Coordinators have groups alone.
import { t } from "../i18n";
import type { User } from "../portal/account";
import { TabbedPage } from "../portal/tabbed_page";
import { Approvals } from "./approvals";
import { Coordinators } from "./coordinators";
import { Groups } from "./groups";
import { SimpleUsers } from "./simple_users";

const PARTS = ["coordinators", "users", "groups", "approval"] as const;
type Part = (typeof PARTS)[number];

function partsOf(rights: readonly string[]): Part[] {
  return PARTS.filter((part) => rights.includes(part === "groups" ? "groups" : "people"));
}

export default function Users() {
  return (
    <TabbedPage prefix="people" title={t("pp.page")} partsOf={partsOf} label={(part) => t(`pp.tab.${part}`)}
      nothing={{ title: t("pp.not_yours"), text: t("pp.not_yours_text") }}>
      {(part: Part, who: User) => <Shown part={part} who={who} />}
    </TabbedPage>
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
