// A group of those who were invited to a completed conference or came to it, for the next one (E2-89 to E2-93).
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { navigate } from "../app/router";
import { useSubmit } from "../account/use";
import { t } from "../i18n";
import type { Group } from "../people/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Field, TextArea, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import "../people/people.css";

export function GroupFromConference({ conference, onClose }: { conference: { id: string; title: string }; onClose: () => void }) {
  const [name, setName] = useState(conference.title);
  const [description, setDescription] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = useSubmit();
  const save = () => {
    if (name.trim() === "") {
      setMissing(true);
      return;
    }
    void submit.run(async () => {
      const made = await api<Group>("POST", `/api/conferences/${encodeURIComponent(conference.id)}/group`, { name, description });
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
        <Field label={t("pp.col.group")} error={missing ? t("acc.missing") : null}><TextInput value={name} maxLength={120} onInput={(value) => {
          setName(value);
          setMissing(false);
        }} /></Field>
        <Field label={t("pp.fact.description")} hint={t("pp.group_description_hint")} optional><TextArea value={description} rows={2} maxLength={2000} onInput={setDescription} /></Field>
      </div>
    </Dialog>
  );
}
