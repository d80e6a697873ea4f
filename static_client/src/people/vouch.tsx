// A further address of somebody, "manually confirmed" by the coordinators of the body (E2-78); never one's own.
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { user } from "../portal/account";
import { explained } from "../portal/errors";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { toast } from "../ui/toast";
import type { Person } from "./types";

type Further = Person["emails"][number];

/** What stands behind the address. */
export function proof(one: Further): string {
  if (one.confirmed_at === null) return t("pp.unconfirmed");
  return one.confirmed_by === "coordinator" ? t("pp.confirmed_by_hand") : t("pp.confirmed");
}

export function Vouch({ person, saved }: { person: Person; saved: (person: Person) => void }) {
  const [asked, setAsked] = useState<Further | null>(null);
  const waiting = person.emails.filter((one) => one.confirmed_at === null);
  if (waiting.length === 0 || user.value?.id === person.id) return null;
  const vouch = async ({ id, email }: Further) => {
    saved(await explained(api<Person>("POST", `/api/users/${person.id}/emails/${id}/confirm`, {})));
    toast({ text: t("pp.vouched", { email }), kind: "good" });
  };
  return (
    <div class="people-vouch">
      {waiting.map((one) => <Button key={one.id} size="small" icon="check" onClick={() => setAsked(one)}>{t("pp.vouch", { email: one.email })}</Button>)}
      {asked !== null && (
        <ConfirmDialog open title={t("pp.vouch_title")} confirm={t("pp.vouch_go")} onClose={() => setAsked(null)} onConfirm={() => vouch(asked)}>
          <p>{t("pp.vouch_text", { email: asked.email, name: person.name })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
