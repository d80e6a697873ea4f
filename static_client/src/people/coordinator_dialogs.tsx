// Adding a coordinator (E2-73) and writing to all of them (E2-71).
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { useSubmit } from "../account/use";
import { t } from "../i18n";
import type { User } from "../portal/account";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Field, Select, TextArea, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import type { Body, List, Unit } from "./types";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface Wanted { surname: string; given_name: string; email: string; telephone: string }
const NOBODY: Wanted = { surname: "", given_name: "", email: "", telephone: "" };

function faults(wanted: Wanted): Partial<Record<keyof Wanted, string>> {
  const found: Partial<Record<keyof Wanted, string>> = {};
  if (wanted.surname.trim() === "") found.surname = t("acc.missing");
  if (wanted.given_name.trim() === "") found.given_name = t("acc.missing");
  if (wanted.email.trim() === "") found.email = t("acc.missing");
  else if (!EMAIL.test(wanted.email.trim())) found.email = t("acc.email_bad");
  return found;
}

export function AddCoordinator({ who, onClose, onAdded }: { who: User; onClose: () => void; onAdded: () => void }) {
  const [wanted, setWanted] = useState(NOBODY);
  const [wrong, setWrong] = useState<Partial<Record<keyof Wanted, string>>>({});
  const [unit, setUnit] = useState("");
  const [role, setRole] = useState("unit_coordinator");
  const [body, setBody] = useState(who.body?.id ?? "");
  const [bodies, setBodies] = useState<Body[]>([]);
  const [units, setUnits] = useState<Unit[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const submit = useSubmit();
  const chooses = who.role === "administrator";
  useEffect(() => {
    if (chooses) api<List<Body>>("GET", "/api/bodies?size=100").then((list) => setBodies(list.items), () => undefined);
  }, [chooses]);
  useEffect(() => {
    setUnit("");
    if (body === "") setUnits([]);
    else api<{ items: Unit[] }>("GET", `/api/bodies/${body}/units`).then((list) => setUnits(list.items), () => setUnits([]));
  }, [body]);
  const set = (name: keyof Wanted) => (value: string) => {
    setWanted({ ...wanted, [name]: value });
    setWrong({ ...wrong, [name]: undefined });
  };
  const save = (event: Event) => {
    event.preventDefault();
    const found = faults(wanted);
    setWrong(found);
    if (Object.keys(found).length > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    void submit.run(async () => {
      try {
        const place = { ...(unit === "" ? {} : { unit_id: unit }), ...(chooses ? { role, body } : {}) };
        await api("POST", "/api/coordinators", { ...wanted, ...place });
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.code !== "bad_request") throw cause;
        const [field] = cause.message.split(":");
        setWrong({ [Object.hasOwn(NOBODY, field ?? "") ? (field as keyof Wanted) : "email"]: t("pp.field_bad") });
        return;
      }
      toast({ text: t("pp.added", { email: wanted.email.trim() }), kind: "good" });
      onAdded();
      onClose();
    });
  };
  const field = (name: keyof Wanted, label: string, type: "text" | "email" | "tel", optional = false) => (
    <Field label={label} error={wrong[name] ?? null} optional={optional}>
      <TextInput type={type} value={wanted[name]} maxLength={name === "email" ? 254 : name === "telephone" ? 40 : 60} autoComplete="off" onInput={set(name)} />
    </Field>
  );
  return (
    <Dialog open title={t("pp.add_coordinator")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" busy={submit.busy} onClick={() => form.current?.requestSubmit()}>{t("pp.save")}</Button>
      </>
    }>
      <form class="people-form" ref={form} noValidate onSubmit={save}>
        <p class="ui-muted">{t("pp.add_text")}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <div class="ui-fields">{field("surname", t("pp.fact.surname"), "text")}{field("given_name", t("pp.fact.given_name"), "text")}</div>
        {field("email", t("pp.fact.email"), "email")}
        {field("telephone", t("pp.fact.telephone"), "tel", true)}
        {chooses
          ? <div class="ui-fields">
              <Select label={t("pp.fact.role")} value={role} onChange={setRole} options={(["unit_coordinator", "body_coordinator"] as const).map((value) => ({ value, label: t(`acc.role.${value}`) }))} />
              <Select label={t("pp.fact.body")} value={body} onChange={setBody} options={bodies.map((one) => ({ value: one.id, label: one.name }))} />
            </div>
          : <Field label={t("pp.fact.role")}><TextInput value={t("acc.role.unit_coordinator")} readOnly onInput={() => undefined} /></Field>}
        {units.length > 0 && <Select label={t("pp.fact.unit")} value={unit} onChange={setUnit} options={[{ value: "", label: t("pp.no_unit") }, ...units.map((one) => ({ value: one.id, label: one.name }))]} />}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

export function WriteToAll({ onClose }: { onClose: () => void }) {
  const [subject, setSubject] = useState("");
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const submit = useSubmit();
  const missing = (value: string) => (tried && value.trim() === "" ? t("acc.missing") : null);
  const send = () => {
    setTried(true);
    if (subject.trim() === "" || text.trim() === "") return;
    void submit.run(async () => {
      const { sent } = await api<{ sent: number }>("POST", "/api/coordinators/message", { subject, text });
      toast({ text: t("pp.written", { count: sent }), kind: "good" });
      onClose();
    });
  };
  return (
    <Dialog open title={t("pp.write")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button variant="primary" icon="send" busy={submit.busy} onClick={send}>{t("pp.send")}</Button>
      </>
    }>
      <div class="people-form">
        <p class="ui-muted">{t("pp.write_text")}</p>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
        <Field label={t("pp.subject")} error={missing(subject)}><TextInput value={subject} maxLength={120} onInput={setSubject} /></Field>
        <Field label={t("pp.text")} error={missing(text)}><TextArea value={text} rows={6} maxLength={2000} onInput={setText} /></Field>
      </div>
    </Dialog>
  );
}
