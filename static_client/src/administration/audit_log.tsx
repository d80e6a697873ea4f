// Tab "audit log": what was done, by whom and to what, newest first; all of one object when asked.
import { useState } from "preact/hooks";
import { formatDateTime, maybe, t } from "../i18n";
import { ListBody, useListing } from "../people/list";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/display";
import { Table, type Column } from "../ui/table";
import "../people/people.css";
import "./administration.css";

interface Entry {
  seq: number;
  at: number;
  actor: string;
  actor_name: string | null;
  action: string;
  object_kind: string;
  object: string;
  details: Record<string, unknown>;
  hash: string;
}
interface Thing { kind: string; id: string }

/** An account by its name; else "operator", "server", or a participant without an account by the id. */
function actor(entry: Entry): string {
  return entry.actor_name ?? maybe(`adm.actor.${entry.actor}`) ?? t("adm.actor.other", { id: entry.actor.replace(/^[a-z]+:/, "") });
}

const act = (entry: Entry): string => maybe(`adm.act.${entry.action}`) ?? entry.action;
const kind = (name: string): string => maybe(`adm.kind.${name}`) ?? name;

export function AuditLog() {
  const [about, setAbout] = useState<Thing | null>(null);
  const list = useListing<Entry>("/api/audit", about === null ? "" : `&object_kind=${encodeURIComponent(about.kind)}&object=${encodeURIComponent(about.id)}`);
  const columns: Column<Entry>[] = [
    { id: "at", label: t("adm.col.at"), cell: (row) => <span class="ui-num">{formatDateTime(row.at)}</span> },
    { id: "act", label: t("adm.col.act"), main: true, cell: act },
    { id: "actor", label: t("adm.col.actor"), cell: actor },
    { id: "object", label: t("adm.col.object"), cell: (row) => kind(row.object_kind) },
  ];
  const details = (row: Entry) => (
    <div class="people-details">
      <dl class="people-facts">
        <dt>{t("adm.fact.number")}</dt><dd class="ui-num">{row.seq}</dd>
        <dt>{kind(row.object_kind)}</dt><dd>{row.object}</dd>
        <dt>{t("adm.fact.actor")}</dt><dd>{row.actor}</dd>
        {Object.keys(row.details).length > 0 && <><dt>{t("adm.fact.details")}</dt><dd><pre class="adm-details">{JSON.stringify(row.details, null, 1)}</pre></dd></>}
        <dt>{t("adm.fact.hash")}</dt><dd class="adm-details">{row.hash}</dd>
      </dl>
      {about === null && <Button size="small" icon="history" onClick={() => setAbout({ kind: row.object_kind, id: row.object })}>{t("adm.all_about")}</Button>}
    </div>
  );
  return (
    <div class="people-panel">
      <p class="ui-muted">{t("adm.audit_text")}</p>
      {about !== null && (
        <div class="people-head">
          <p>{t("adm.only", { kind: kind(about.kind), id: about.id })}</p>
          <Button icon="close" onClick={() => setAbout(null)}>{t("adm.everything")}</Button>
        </div>
      )}
      <ListBody list={list} empty={<EmptyState icon="shield" title={t("adm.audit_empty")} />}>
        {(rows) => <Table label={t("adm.tab.audit")} columns={columns} rows={rows} keyOf={(row) => String(row.seq)} details={{ label: (row) => t("adm.details_of", { number: row.seq }), show: details }} />}
      </ListBody>
    </div>
  );
}
