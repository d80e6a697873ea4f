// Tab "collaborators" of the account (E2-51 to E2-63). Above: whom I asked and who may edit my conferences; below: who asked
// me and whose I may edit. Rejecting needs no accepting first.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { useLoaded } from "../account/use";
import { t } from "../i18n";
import { AddCollaborators } from "../people/add_collaborators";
import "../people/people.css";
import type { Colleague, Edges } from "../people/types";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Avatar, Badge, PageSpinner } from "../ui/display";
import { toast } from "../ui/toast";
import { explained, sentence } from "./errors";
import { LoadFailed } from "./load_failed";

type Direction = "sent" | "incoming";
interface Ending { one: Colleague; direction: Direction }

export default function Collaborators() {
  const edges = useLoaded<Edges>("/api/collaborators");
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Ending | null>(null);
  const found = edges.value;
  if (edges.error !== null) return <LoadFailed text={t("pp.load_failed")} detail={edges.error} retry={edges.reload} />;
  if (found === null) return <PageSpinner />;
  const answer = async (one: Colleague, how: "accept" | "reject") => {
    try {
      edges.set(await api<Edges>("POST", `/api/collaborators/${one.id}/${how}`, {}));
      toast({ text: how === "accept" ? t("pp.collab.accepted", { name: one.name }) : t("pp.collab.rejected", { name: one.name }), kind: "good" });
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
      edges.reload();
    }
  };
  const end = async ({ one, direction }: Ending) => {
    await explained(api("DELETE", `/api/collaborators/${one.id}?direction=${direction}`, {}));
    toast({ text: t("pp.collab.ended", { name: one.name }) });
    edges.reload();
  };
  const remove = (one: Colleague, direction: Direction) => (
    <Button size="small" variant="danger-quiet" icon="trash" aria-label={t("pp.collab.delete_who", { name: one.name })} onClick={() => setEnding({ one, direction })}>{t("pp.delete")}</Button>
  );
  return (
    <div class="people-halves">
      <section class="account-section ui-card">
        <div class="account-section-head"><h2>{t("pp.collab.from_me")}</h2><Button icon="plus" onClick={() => setAdding(true)}>{t("pp.collab.add")}</Button></div>
        <p class="ui-muted">{t("pp.collab.from_me_text")}</p>
        {found.sent.length + found.active.length === 0 && <p class="ui-muted">{t("pp.collab.none")}</p>}
        <Rows rows={found.sent} active={false} acts={(one) => remove(one, "sent")} />
        <Rows rows={found.active} active acts={(one) => remove(one, "sent")} />
      </section>
      <section class="account-section ui-card">
        <h2>{t("pp.collab.to_me")}</h2>
        <p class="ui-muted">{t("pp.collab.to_me_text")}</p>
        {found.incoming.length + found.mine.length === 0 && <p class="ui-muted">{t("pp.collab.none")}</p>}
        <Rows rows={found.incoming} active={false} acts={(one) => (
          <span class="ui-row">
            <Button size="small" class="people-accept" icon="check" aria-label={t("pp.accept_who", { name: one.name })} onClick={() => void answer(one, "accept")}>{t("pp.accept")}</Button>
            <Button size="small" variant="danger-quiet" icon="close" aria-label={t("pp.reject_who", { name: one.name })} onClick={() => void answer(one, "reject")}>{t("pp.reject")}</Button>
          </span>
        )} />
        <Rows rows={found.mine} active acts={(one) => remove(one, "incoming")} />
      </section>
      {adding && <AddCollaborators onClose={() => setAdding(false)} onAsked={edges.reload} />}
      {ending !== null && (
        <ConfirmDialog open title={t("pp.collab.delete_title")} confirm={t("pp.yes")} danger onClose={() => setEnding(null)} onConfirm={() => end(ending)}>
          <p>{t("pp.collab.delete_text", { name: ending.one.name })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function Rows({ rows, active, acts }: { rows: readonly Colleague[]; active: boolean; acts: (one: Colleague) => preact.ComponentChildren }) {
  if (rows.length === 0) return null;
  return (
    <ul class="people-rows" role="list">
      {rows.map((one) => (
        <li key={one.id}>
          <Avatar name={one.name} id={one.id} size="2rem" />
          <span class="ui-grow">{one.name}<br /><span class="ui-muted ui-small">{one.email}</span></span>
          <Badge kind={active ? "good" : "warn"} icon={active ? "check" : "clock"}>{active ? t("pp.collab.active") : t("pp.collab.pending")}</Badge>
          {acts(one)}
        </li>
      ))}
    </ul>
  );
}
