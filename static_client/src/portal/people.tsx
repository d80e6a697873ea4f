// The people of a conference (S-5 to S-10, E2-87): one by one or from a pasted list; moderator ticks (S-7), answers, links.
import { useEffect, useId, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/button";
import { copyText } from "../ui/copy";
import { Avatar, Badge } from "../ui/display";
import { Checkbox, Field, Select, TextInput } from "../ui/field";
import { Menu } from "../ui/menu";
import { toast } from "../ui/toast";
import { accountsOpen } from "./account";
import { BulkDialog } from "./bulk";
import { sentence } from "./errors";
import { absolute } from "./invitation";
import { pathOf, type Conference, type Invitee } from "./types";

interface Contact { name: string; email: string | null; telephone: string | null }

export function People({ conference, changed }: { conference: Conference; changed: () => void }) {
  const [bulk, setBulk] = useState(false);
  const path = `${pathOf(conference.id)}/invitees`;
  const attempt = async (work: Promise<unknown>, done?: string) => {
    try {
      await work;
      if (done !== undefined) toast({ text: done });
      changed();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  const copy = async (one: Invitee) => {
    const done = await copyText(absolute(one.url, location.origin));
    toast(done ? { text: t("people.copied", { name: one.name }), kind: "good" } : { text: t("ui.copy_failed"), kind: "warn" });
  };
  const change = (one: Invitee, body: object) => attempt(api("PATCH", `${path}/${encodeURIComponent(one.id)}`, body));
  const remove = (one: Invitee) => attempt(api("DELETE", `${path}/${encodeURIComponent(one.id)}`, {}), t("people.removed", { name: one.name }));
  return (
    <section class="portal-people">
      <div class="portal-people-head">
        <h4>{t("people.title")}</h4>
        <Button size="small" icon="people" onClick={() => setBulk(true)}>{t("people.bulk")}</Button>
      </div>
      <p class="ui-small ui-muted">{t("people.text")}</p>
      {conference.invitees.length > 0 && (
        <ul role="list">
          {conference.invitees.map((one) => (
            <li key={one.id}>
              <Avatar name={one.name} id={one.id} size="2rem" />
              <span class="ui-grow portal-person">
                <span class="ui-ellipsis">{one.name}</span>
                <span class="ui-small ui-muted ui-ellipsis">{[one.email, one.telephone].filter(Boolean).join(" · ")}</span>
              </span>
              {one.rsvp !== "none" && <Badge kind={one.rsvp === "accepted" ? "good" : one.rsvp === "declined" ? "bad" : "warn"}>{t(`rsvp.${one.rsvp}`)}</Badge>}
              {one.kind !== "name" && <Badge>{t(`people.kind.${one.kind}`)}</Badge>}
              {one.moderator && <Badge icon="shield" kind="warn">{t("people.moderator")}</Badge>}
              <IconButton icon="link" size="small" label={t("people.copy", { name: one.name })} onClick={() => void copy(one)} />
              <Menu label={t("people.more", { name: one.name })} trigger={{ icon: "more", size: "small" }} items={[
                { label: t("people.moderator"), role: "check", checked: one.moderator, onSelect: () => void change(one, { moderator: !one.moderator }) },
                { separator: true },
                { label: t("people.remove", { name: one.name }), icon: "trash", danger: true, onSelect: () => void remove(one) },
              ]} />
            </li>
          ))}
        </ul>
      )}
      <Add path={path} changed={changed} />
      {bulk && <BulkDialog path={path} onClose={() => setBulk(false)} onAdded={() => {
        setBulk(false);
        changed();
      }} />}
    </section>
  );
}

/** A person by name; with an address they get the invitation by mail. People invited before are offered while typing (S-6). */
function Add({ path, changed }: { path: string; changed: () => void }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [telephone, setTelephone] = useState("");
  const [kind, setKind] = useState<"guest" | "person">("guest");
  const [moderator, setModerator] = useState(false);
  const [error, setError] = useState<{ at: Place; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [contacts, setContacts] = useState<Contact[]>([]);
  const list = useId();
  useEffect(() => {
    if (name.trim().length < 2) return setContacts([]);
    let stale = false;
    const timer = setTimeout(() => {
      api<{ items: Contact[] }>("GET", `/api/contacts?q=${encodeURIComponent(name.trim())}`).then((found) => {
        if (!stale) setContacts(found.items);
      }, () => undefined);
    }, 200);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [name]);
  const typed = (value: string) => {
    setName(value);
    setError(null);
    const chosen = contacts.find((one) => `${one.name} <${one.email ?? one.telephone ?? ""}>` === value);
    if (chosen === undefined) return;
    setName(chosen.name);
    setEmail(chosen.email ?? "");
    setTelephone(chosen.telephone ?? "");
  };
  const add = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    if (name.trim() === "") return setError({ at: "name", text: t("people.no_name") });
    setBusy(true);
    setError(null);
    const optional = (value: string): string | undefined => (value.trim() === "" ? undefined : value.trim());
    try {
      await api<Invitee>("POST", path, { name: name.trim(), moderator, kind, email: optional(email), telephone: optional(telephone) });
      setName("");
      setEmail("");
      setTelephone("");
      setModerator(false);
      changed();
    } catch (cause) {
      setError(placed(cause));
    } finally {
      setBusy(false);
    }
  };
  const at = (place: Place) => (error?.at === place ? error.text : null);
  return (
    <form class="ui-fields portal-people-add" noValidate onSubmit={(event) => void add(event)}>
      <Field label={t("people.name")} error={at("name")}>
        <TextInput value={name} maxLength={100} autoComplete="off" list={list} onInput={typed} />
      </Field>
      <datalist id={list}>{contacts.map((one) => <option key={`${one.email ?? ""}${one.telephone ?? ""}`} value={`${one.name} <${one.email ?? one.telephone ?? ""}>`} />)}</datalist>
      <Field label={t("people.email")} optional error={at("email")}><TextInput type="email" value={email} maxLength={254} autoComplete="off" onInput={setEmail} /></Field>
      <Field label={t("people.telephone")} optional error={at("telephone")}><TextInput type="tel" value={telephone} maxLength={40} autoComplete="off" onInput={setTelephone} /></Field>
      {accountsOpen() && <Select label={t("people.kind")} value={kind} options={[{ value: "guest", label: t("people.kind.guest") }, { value: "person", label: t("people.kind.person") }]} onChange={(value) => setKind(value === "person" ? "person" : "guest")} />}
      <div class="ui-row portal-people-do">
        <Checkbox label={t("people.moderator")} checked={moderator} onChange={setModerator} />
        <Button type="submit" icon="user-plus" busy={busy}>{t("people.add")}</Button>
      </div>
    </form>
  );
}

type Place = "name" | "email" | "telephone";

/** Beside the field that is meant: the server's sentence begins with its name. */
function placed(cause: unknown): { at: Place; text: string } {
  const field = cause instanceof ApiError && cause.code === "bad_request" ? cause.message.split(":", 1)[0] : undefined;
  if (field === "email") return { at: "email", text: t("acc.email_bad") };
  if (field === "telephone") return { at: "telephone", text: t("acc.details.telephone_bad") };
  return { at: cause instanceof ApiError && cause.code === "invited_already" ? "email" : "name", text: sentence(cause) };
}
