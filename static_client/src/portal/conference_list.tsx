// One list of conferences with its pages (E2-105 to E2-108).
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { PageSpinner } from "../ui/display";
import { Pager } from "../ui/pager";
import { ConferenceCard } from "./conference_card";
import { loadError, refresh, useList, type Filter, type Which } from "./home_data";
import { LoadFailed } from "./load_failed";

interface ListProps {
  which: Which;
  filter: Filter;
  heading: string;
  /** For assistive technology alone, where a tab says the same. */
  quiet?: boolean;
  /** Instead of the list when there is nothing in it. */
  empty: ComponentChildren;
  onTotal?: (total: number) => void;
}

export function ConferenceList({ which, filter, heading, quiet, empty, onTotal }: ListProps) {
  const [page, setPage] = useState(1);
  useEffect(() => setPage(1), [filter.words, filter.date]);
  const found = useList(which, filter, page);
  useEffect(() => {
    if (found !== null) onTotal?.(found.total);
  }, [found?.total]);
  if (found === null) {
    return loadError.value === null ? <PageSpinner /> : <LoadFailed text={t("home.load_failed")} detail={loadError.value} retry={() => void refresh()} />;
  }
  if (found.total === 0) return <>{empty}</>;
  return (
    <section>
      <h2 class={quiet === true ? "visually-hidden" : undefined}>{heading}</h2>
      <ul class="portal-cards" role="list">{found.items.map((one) => <ConferenceCard key={one.id} item={one} />)}</ul>
      <Pager page={found.page} size={found.size} total={found.total} of={heading} onPage={setPage} />
    </section>
  );
}
