// One group: name and description (E2-96), members one by one; the name found is shown before adding (E2-97, E2-98).
import { useRef, useState } from "preact/hooks";
import { api } from "../app/api";
import { useLoaded, useSubmit } from "../account/use";
import { t } from "../i18n";
import { sentence } from "../portal/errors";
import { LoadFailed } from "../portal/load_failed";
import { Button, IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Avatar, Banner, PageSpinner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { useGroupFields } from "./group_fields";
import type { Group, GroupWithPeople, Member } from "./types";

export function GroupDialog({ group, onClose, onChanged }: { group: Group | null; onClose: () => void; onChanged: () => void }) {
  const [id, setId] = useState(group?.id ?? null);
  const typed = useGroupFields({ name: group?.name ?? "", description: group?.description ?? "" });
  const submit = useSubmit();
  const save = () => {
    if (!typed.complete()) return;
    void submit.run(async () => {
      if (id === null) setId((await api<Group>("POST", "/api/groups", typed.facts)).id);
      else await api("PATCH", `/api/groups/${id}`, typed.facts);
      toast({ text: t("pp.saved"), kind: "good" });
      onChanged();
    });
  };
  return (
    <Dialog open title={id === null ? t("pp.group_new") : t("pp.group_edit_title")} size="large" onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.close")}</Button>
        <Button variant="primary" busy={submit.busy} onClick={save}>{id === null ? t("pp.save") : t("pp.save_changes")}</Button>
      </>
    }>
      <div class="people-form">
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        {typed.fields}
        {id === null ? <p class="ui-muted">{t("pp.group_members_later")}</p> : <Members id={id} onChanged={onChanged} />}
      </div>
    </Dialog>
  );
}

function Members({ id, onChanged }: { id: string; onChanged: () => void }) {
  const group = useLoaded<GroupWithPeople>(`/api/groups/${id}`);
  const found = group.value;
  if (group.error !== null) return <LoadFailed text={t("pp.load_failed")} detail={group.error} retry={group.reload} />;
  if (found === null) return <PageSpinner />;
  const remove = async (member: Member) => {
    try {
      await api("DELETE", `/api/groups/${id}/members/${member.id}`, {});
      toast({ text: t("pp.member_removed", { name: member.name }) });
      group.reload();
      onChanged();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  return (
    <section class="people-section">
      <h3>{t("pp.members", { count: found.people.length })}</h3>
      <AddMember id={id} onAdded={(now) => {
        group.set(now);
        onChanged();
      }} />
      {found.people.length > 0 && (
        <ul class="people-rows" role="list">
          {found.people.map((one) => (
            <li key={one.id}>
              <Avatar name={one.name} id={one.id} size="2rem" />
              <span class="ui-grow">{one.name}<br /><span class="ui-muted ui-small">{one.email}</span></span>
              <IconButton icon="trash" size="small" label={t("pp.member_remove", { name: one.name })} onClick={() => void remove(one)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function AddMember({ id, onAdded }: { id: string; onAdded: (group: GroupWithPeople) => void }) {
  const [email, setEmail] = useState("");
  const [found, setFound] = useState<Member | null>(null);
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const submit = useSubmit();
  const look = (event: Event) => {
    event.preventDefault();
    if (email.trim() === "") return;
    void submit.run(async () => {
      const { user } = await api<{ user: Member | null }>("GET", `/api/groups/lookup?email=${encodeURIComponent(email.trim())}`);
      setFound(user);
      if (user === null) {
        setError(t("error.no_account"));
        field.current?.focus();
      }
    });
  };
  const add = () => submit.run(async () => {
    onAdded(await api<GroupWithPeople>("POST", `/api/groups/${id}/members`, { email: email.trim() }));
    toast({ text: t("pp.member_added", { name: found?.name ?? email }), kind: "good" });
    setEmail("");
    setFound(null);
    field.current?.focus();
  });
  return (
    <>
      <form class="people-add" noValidate onSubmit={look}>
        <Field label={t("pp.member_email")} error={error ?? submit.error}>
          <TextInput type="email" value={email} inputRef={field} maxLength={254} autoComplete="off" onInput={(value) => {
            setEmail(value);
            setFound(null);
            setError(null);
          }} />
        </Field>
        <Button type="submit" icon="search" busy={submit.busy && found === null}>{t("pp.member_find")}</Button>
      </form>
      {found !== null && (
        <Banner kind="good" icon="user" action={<Button size="small" variant="primary" icon="plus" busy={submit.busy} onClick={() => void add()}>{t("pp.member_add", { name: found.name })}</Button>}>
          {found.name}
        </Banner>
      )}
    </>
  );
}
