// Personal invitations of a conference: one link per person, a moderator if ticked (S-7).
import { useState } from "preact/hooks";
import { api } from "../app/api";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { copyText } from "../ui/copy";
import { Avatar, Badge } from "../ui/display";
import { Checkbox, Field, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { sentence } from "./errors";
import { refresh } from "./home_data";
import { absolute } from "./invitation";
import type { Conference, Invitee } from "./types";

export function People({ conference }: { conference: Conference }) {
  const [name, setName] = useState("");
  const [moderator, setModerator] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const path = `/api/conferences/${encodeURIComponent(conference.id)}/invitees`;
  const add = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    if (name.trim() === "") return setError(t("people.no_name"));
    setBusy(true);
    try {
      await api<Invitee>("POST", path, { name: name.trim(), moderator });
      setName("");
      setModerator(false);
      await refresh();
    } catch (cause) {
      setError(sentence(cause));
    } finally {
      setBusy(false);
    }
  };
  const copy = async (one: Invitee) => {
    const done = await copyText(absolute(one.url, location.origin));
    toast(done ? { text: t("people.copied", { name: one.name }), kind: "good" } : { text: t("ui.copy_failed"), kind: "warn" });
  };
  const remove = async (one: Invitee) => {
    try {
      await api("DELETE", `${path}/${encodeURIComponent(one.id)}`, {});
      toast({ text: t("people.removed", { name: one.name }) });
      await refresh();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  return (
    <section class="portal-people">
      <h4>{t("people.title")}</h4>
      <p class="ui-small ui-muted">{t("people.text")}</p>
      {(conference.invitees ?? []).length > 0 && (
        <ul role="list">
          {conference.invitees?.map((one) => (
            <li key={one.id}>
              <Avatar name={one.name} id={one.id} size="2rem" />
              <span class="ui-grow ui-ellipsis">{one.name}</span>
              {one.moderator && <Badge icon="shield" kind="warn">{t("people.moderator")}</Badge>}
              <IconButton icon="link" size="small" label={t("people.copy", { name: one.name })} onClick={() => void copy(one)} />
              <IconButton icon="trash" size="small" label={t("people.remove", { name: one.name })} onClick={() => void remove(one)} />
            </li>
          ))}
        </ul>
      )}
      <form class="portal-people-add" onSubmit={(event) => void add(event)}>
        <Field label={t("people.name")} error={error}>
          <TextInput value={name} maxLength={100} autoComplete="off" onInput={(value) => {
            setName(value);
            setError(null);
          }} />
        </Field>
        <Checkbox label={t("people.moderator")} checked={moderator} onChange={setModerator} />
        <Button type="submit" icon="user-plus" busy={busy}>{t("people.add")}</Button>
      </form>
    </section>
  );
}
