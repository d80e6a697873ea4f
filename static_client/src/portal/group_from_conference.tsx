// A group of those who were invited to a completed conference or came to it, for the next one (E2-89 to E2-93).
import { api } from "../app/api";
import { navigate } from "../app/router";
import { useSubmit } from "../account/use";
import { t } from "../i18n";
import { useGroupFields } from "../people/group_fields";
import type { Group } from "../people/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { toast } from "../ui/toast";
import { pathOf } from "./types";

export function GroupFromConference({ conference, onClose }: { conference: { id: string; title: string }; onClose: () => void }) {
  const typed = useGroupFields({ name: conference.title, description: "" });
  const submit = useSubmit();
  const save = () => {
    if (!typed.complete()) return;
    void submit.run(async () => {
      const made = await api<Group>("POST", `${pathOf(conference.id)}/group`, typed.facts);
      toast({ text: t("adm.group_made", { name: made.name, count: made.members }), kind: "good", action: { label: t("adm.group_show"), run: () => navigate("/users#groups") } });
      onClose();
    });
  };
  return (
    <Dialog open title={t("adm.group_title")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" busy={submit.busy} onClick={save}>{t("pp.save")}</Button>
      </>
    }>
      <div class="people-form">
        <p class="ui-muted">{t("adm.group_text")}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        {typed.fields}
      </div>
    </Dialog>
  );
}
