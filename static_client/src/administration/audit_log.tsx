// Tab "audit log": what was done, by whom and to what, newest first; searched by person, act, days or one object, and
// taken away as CSV.
import { useState } from "preact/hooks";
import { formatDateTime, formatNumber, t, viewerZone } from "../i18n";
import { administration } from "../i18n/en_administration";
import { ListBody, useListing, type Listing } from "../people/list";
import type { List } from "../people/types";
import { Button } from "../ui/button";
import { Banner, EmptyState } from "../ui/display";
import { Field, Select, TextInput } from "../ui/field";
import { Table, type Column } from "../ui/table";
import "../people/people.css";
import { actWord, detailsOf, kindWord, sentenceOf, what, whoDid, type Entry } from "./audit_words";
import "./administration.css";

interface Thing { kind: string; id: string; label: string }
interface Actor { id: string; label: string }
interface Search { act: string; first: string; last: string; about: Thing | null; by: Actor | null }
interface Found extends List<Entry> { more: boolean; crowd: boolean }

const ANY: Search = { act: "", first: "", last: "", about: null, by: null };
const PREFIX = "adm.act.";
const ACTS = Object.keys(administration).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));

/** Of the list and of the export alike. */
function parameters({ act, first, last, about, by }: Search): URLSearchParams {
  const given = new URLSearchParams();
  if (act !== "") given.set("action", act);
  if (first !== "") given.set("first", first);
  if (last !== "") given.set("last", last);
  if (first !== "" || last !== "") given.set("zone", viewerZone());
  if (about !== null) {
    given.set("object_kind", about.kind);
    given.set("object", about.id);
  }
  if (by !== null) given.set("actor", by.id);
  return given;
}

export function AuditLog() {
  const [search, setSearch] = useState<Search>(ANY);
  const more = parameters(search);
  const list = useListing<Entry>("/api/audit", more.toString());
  const narrow = (next: Partial<Search>) => setSearch((now) => ({ ...now, ...next }));
  const clear = () => {
    setSearch(ANY);
    list.search("");
  };
  const found = list.found as Found | null;
  const words = list.words.trim();
  const asked = new URLSearchParams(more);
  if (words !== "") asked.set("q", words);
  const query = asked.toString();
  const narrowed = query !== "";
  return (
    <div class="people-panel">
      <p class="ui-muted">{t("adm.audit_text")}</p>
      <SearchForm list={list} search={search} narrow={narrow} />
      <div class="people-head">
        <div class="ui-row adm-only">
          {search.about !== null && <span>{t("adm.only", { kind: kindWord(search.about.kind), id: search.about.label })}</span>}
          {search.by !== null && <span>{t("adm.only_by", { name: search.by.label })}</span>}
          {narrowed && <Button icon="close" onClick={clear}>{t("adm.clear")}</Button>}
        </div>
        <Button icon="download" href={`/api/audit/export${narrowed ? `?${query}` : ""}`} download title={t("adm.export_hint")}>{t("adm.export")}</Button>
      </div>
      {found?.crowd === true && list.error === null ? <p class="ui-muted" role="status">{t("adm.crowd")}</p> : (
        <>
          {found?.more === true && <Banner kind="info">{t("adm.more", { count: formatNumber(found.total) })}</Banner>}
          <ListBody list={list} empty={narrowed ? <p class="ui-muted" role="status">{t("pp.none_found")}</p> : <EmptyState icon="shield" title={t("adm.audit_empty")} />}>
            {(rows) => <Rows rows={rows} narrow={narrow} />}
          </ListBody>
        </>
      )}
    </div>
  );
}

function SearchForm({ list, search, narrow }: { list: Listing<Entry>; search: Search; narrow: (next: Partial<Search>) => void }) {
  const acts = ACTS.map((act) => ({ value: act, label: actWord(act) })).toSorted((one, other) => one.label.localeCompare(other.label));
  const turned = search.first !== "" && search.last !== "" && search.last < search.first;
  return (
    <form class="ui-fields adm-search" role="search" onSubmit={(event) => event.preventDefault()}>
      <Field label={t("adm.search_person")} hint={t("adm.search")}><TextInput type="search" value={list.words} maxLength={100} onInput={list.search} /></Field>
      <Select label={t("adm.search_act")} value={search.act} onChange={(act) => narrow({ act })} options={[{ value: "", label: t("adm.any_act") }, ...acts]} />
      <Field label={t("adm.search_first")}><TextInput type="date" value={search.first} max="9998-12-31" onInput={(first) => narrow({ first })} /></Field>
      <Field label={t("adm.search_last")} error={turned ? t("adm.days_bad") : null}><TextInput type="date" value={search.last} max="9998-12-31" onInput={(last) => narrow({ last })} /></Field>
    </form>
  );
}

function Rows({ rows, narrow }: { rows: readonly Entry[]; narrow: (next: Partial<Search>) => void }) {
  const columns: Column<Entry>[] = [
    { id: "at", label: t("adm.col.at"), cell: (row) => <span class="ui-num">{formatDateTime(row.at)}</span> },
    { id: "entry", label: t("adm.col.entry"), main: true, cell: (row) => <span class="adm-sentence">{sentenceOf(row)}</span> },
  ];
  const details = (row: Entry) => (
    <div class="people-details">
      <dl class="people-facts">
        <dt>{t("adm.fact.act")}</dt><dd>{actWord(row.action)}</dd>
        <dt>{kindWord(row.object_kind)}</dt><dd>{what(row)}</dd>
        {detailsOf(row).map(({ key, label, text }) => [<dt key={`${key}-t`}>{label}</dt>, <dd key={key}>{text}</dd>])}
        <dt>{t("adm.fact.number")}</dt><dd class="ui-num">{row.seq}</dd>
        <dt>{t("adm.fact.actor")}</dt><dd class="adm-details">{row.actor}</dd>
        <dt>{t("adm.fact.object")}</dt><dd class="adm-details">{row.object}</dd>
        <dt>{t("adm.fact.hash")}</dt><dd class="adm-details">{row.hash}</dd>
      </dl>
      <div class="ui-row">
        <Button size="small" icon="history" onClick={() => narrow({ about: { kind: row.object_kind, id: row.object, label: what(row) } })}>{t("adm.all_about")}</Button>
        <Button size="small" icon="user" onClick={() => narrow({ by: { id: row.actor, label: whoDid(row) } })}>{t("adm.by_person")}</Button>
      </div>
    </div>
  );
  return <Table label={t("adm.tab.audit")} columns={columns} rows={rows} keyOf={(row) => String(row.seq)} details={{ label: (row) => t("adm.details_of", { number: row.seq }), show: details }} />;
}
