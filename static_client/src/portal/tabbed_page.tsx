// A page of parts in tabs for signed-in people: each part is one's own only with a right to it.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { StatusPage } from "../status/status";
import { EmptyState, PageSpinner, TabPanel, Tabs } from "../ui/display";
import { Page } from "../ui/page";
import { requireUser, user, type User } from "./account";
import { useHashPart } from "./hash_part";

export interface TabbedPageProps<Part extends string> {
  /** Of the ids of tabs and panels. */
  prefix: string;
  title: string;
  /** The parts of whoever has these rights, in order. */
  partsOf: (rights: readonly string[]) => readonly Part[];
  label: (part: Part) => string;
  /** Shown to whoever has none of the parts. */
  nothing: { title: string; text: string };
  children: (part: Part, who: User) => ComponentChildren;
}

export function TabbedPage<Part extends string>({ prefix, title, partsOf, label, nothing, children }: TabbedPageProps<Part>) {
  const [part, choose] = useHashPart();
  const [unreachable, setUnreachable] = useState(false);
  const start = () => {
    setUnreachable(false);
    requireUser().catch(() => setUnreachable(true));
  };
  useEffect(start, []);
  if (unreachable) return <StatusPage code="network" retry={start} />;
  const who = user.value;
  if (!who || who.must.length > 0) return <Page title={title}><PageSpinner /></Page>;
  const parts = partsOf(who.rights);
  const shown = parts.find((one) => one === part) ?? parts[0];
  return (
    <Page title={title}>
      <h1>{title}</h1>
      {shown === undefined ? <EmptyState icon="lock" title={nothing.title}>{nothing.text}</EmptyState> : (
        <>
          <Tabs prefix={prefix} label={t("pp.tabs")} value={shown} onChange={choose} tabs={parts.map((id) => ({ id, label: label(id) }))} />
          <TabPanel prefix={prefix} id={shown}>{children(shown, who)}</TabPanel>
        </>
      )}
    </Page>
  );
}
