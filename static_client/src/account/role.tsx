// Asking for a role (E1-10 to E1-14, E2-44, E2-46 to E2-49), the state of what was asked, and laying a role down (E2-45).
import { useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { formatDate, t } from "../i18n";
import { loadUser, type User } from "../portal/account";
import { LoadFailed } from "../portal/load_failed";
import { explained, sentence } from "../portal/errors";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Badge, Banner, PageSpinner, type Kind } from "../ui/display";
import { Field, Select, TextArea, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { ranks, type Role, type RoleForm, type RoleRequest } from "./types";
import { useLoaded, useSubmit } from "./use";

const kinds: Readonly<Record<RoleRequest["state"], Kind>> = { new: "info", accepted: "good", rejected: "bad", withdrawn: "warn" };

export function RoleTab({ who }: { who: User }) {
  const form = useLoaded<RoleForm>("/api/account/role-requests");
  const found = form.value;
  if (form.error !== null) return <LoadFailed text={t("acc.load_failed")} detail={form.error} retry={form.reload} />;
  if (found === null) return <PageSpinner />;
  const open = found.requests.find((one) => one.state === "new");
  const former = found.requests.filter((one) => one.state !== "new");
  const above = (["unit_coordinator", "body_coordinator"] as const).filter((role) => ranks.indexOf(role) > ranks.indexOf(who.role));
  return (
    <>
      <section class="account-section ui-card">
        <h2>{t("acc.role.title")}</h2>
        <p class="ui-muted">{t("acc.role.intro")}</p>
        {open !== undefined ? <Open request={open} changed={form.reload} />
          : above.length === 0 ? <p>{t("acc.role.highest")}</p>
          : !found.may_ask ? <Banner kind="warn">{t("acc.role.not_employed")}</Banner>
          : <Ask form={found} roles={above} changed={form.reload} />}
      </section>
      {former.length > 0 && (
        <section class="account-section ui-card">
          <h2>{t("acc.role.history")}</h2>
          <ul class="account-rows" role="list">
            {former.map((one) => (
              <li key={one.id}>
                <span class="ui-grow">{t(`acc.role.${one.role}`)}</span>
                <span class="ui-muted ui-small">{formatDate(one.created_at)}</span>
                <Badge kind={kinds[one.state]}>{t(`acc.role.state.${one.state}`)}</Badge>
              </li>
            ))}
          </ul>
        </section>
      )}
      {who.must.length === 0 && who.role !== "user" && <StepDown who={who} />}
    </>
  );
}

function Open({ request, changed }: { request: RoleRequest; changed: () => void }) {
  const submit = useSubmit();
  const withdraw = () => submit.run(async () => {
    await api("DELETE", `/api/account/role-requests/${request.id}`, {});
    toast({ text: t("acc.role.withdrawn") });
    changed();
  });
  return (
    <Banner title={t("acc.role.waiting")} icon="clock" action={<Button size="small" busy={submit.busy} onClick={() => void withdraw()}>{t("acc.role.withdraw")}</Button>}>
      <p>{t("acc.role.waiting_text", { role: t(`acc.role.${request.role}`), date: formatDate(request.created_at) })}</p>
      {submit.error !== null && <p>{submit.error}</p>}
    </Banner>
  );
}

function Ask({ form, roles, changed }: { form: RoleForm; roles: readonly Role[]; changed: () => void }) {
  const [role, setRole] = useState<string>(roles[0] ?? "unit_coordinator");
  const [body, setBody] = useState(form.body_name);
  const [unit, setUnit] = useState(form.unit ?? "");
  const [telephone, setTelephone] = useState(form.telephone);
  const [purpose, setPurpose] = useState("");
  const [tried, setTried] = useState(false);
  const [telephoneError, setTelephoneError] = useState<string | null>(null);
  const submit = useSubmit();
  const formRef = useRef<HTMLFormElement>(null);
  const unitNeeded = role === "unit_coordinator" && form.units.length > 0;
  const missing = {
    body: form.body === null && body.trim() === "",
    unit: unitNeeded && unit === "",
    telephone: telephone.trim() === "",
    purpose: purpose.trim() === "",
  };
  const send = (event: Event) => {
    event.preventDefault();
    setTried(true);
    setTelephoneError(null);
    if (Object.values(missing).some(Boolean)) {
      setTimeout(() => formRef.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
      return;
    }
    void submit.run(async () => {
      const wish = { role, telephone, purpose, ...(form.body === null ? { body_name: body } : {}), ...(unit === "" ? {} : { unit_id: unit }) };
      try {
        await api("POST", "/api/account/role-requests", wish);
        toast({ text: t("acc.role.sent"), kind: "good" });
        changed();
      } catch (cause) {
        if (!(cause instanceof ApiError) || !cause.message.startsWith("telephone:")) throw cause;
        setTelephoneError(t("acc.details.telephone_bad"));
      }
    });
  };
  const needed = (is: boolean, text = t("acc.missing")) => (tried && is ? text : null);
  return (
    <form ref={formRef} class="ui-stack" noValidate onSubmit={send}>
      <div class="ui-fields account-two">
        <Select label={t("acc.role.wanted")} value={role} onChange={setRole} options={roles.map((one) => ({ value: one, label: t(`acc.role.${one}`) }))} />
        {form.body !== null ? (
          <Field label={t("acc.role.body_known")}><TextInput value={form.body} onInput={() => undefined} readOnly /></Field>
        ) : (
          <Field label={t("acc.role.body_name")} error={needed(missing.body)}><TextInput value={body} onInput={setBody} autoComplete="organization" maxLength={120} /></Field>
        )}
        {form.units.length > 0 && (
          <Select label={t("acc.role.unit")} hint={unitNeeded ? undefined : t("ui.optional")} error={needed(missing.unit, t("acc.role.unit_needed"))} value={unit} onChange={setUnit}
            options={[{ value: "", label: t("acc.details.no_unit") }, ...form.units.map((one) => ({ value: one.id, label: one.name }))]} />
        )}
        <Field label={t("acc.role.telephone")} error={telephoneError ?? needed(missing.telephone)}><TextInput type="tel" value={telephone} onInput={setTelephone} autoComplete="tel" maxLength={32} /></Field>
      </div>
      <Field label={t("acc.role.purpose")} hint={t("acc.role.purpose_hint")} error={needed(missing.purpose)}><TextArea value={purpose} onInput={setPurpose} rows={3} maxLength={2000} /></Field>
      {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      <div class="ui-row"><Button type="submit" variant="primary" icon="send" busy={submit.busy}>{t("acc.role.send")}</Button></div>
    </form>
  );
}

function StepDown({ who }: { who: User }) {
  const below = ranks.slice(0, ranks.indexOf(who.role)).reverse();
  const [role, setRole] = useState<string>(below[0] ?? "user");
  const [asking, setAsking] = useState(false);
  const name = t(`acc.role.${role as Role}`);
  const go = async () => {
    await explained(api("POST", "/api/account/step-down", { role }));
    await loadUser().catch((cause: unknown) => toast({ text: sentence(cause), kind: "bad" }));
    toast({ text: t("acc.role.down_done", { role: name }) });
  };
  return (
    <section class="account-section ui-card">
      <h2>{t("acc.role.down")}</h2>
      <p class="ui-muted">{t("acc.role.down_text")}</p>
      <div class="account-add">
        <Select label={t("acc.role.down_to")} value={role} onChange={setRole} options={below.map((one) => ({ value: one, label: t(`acc.role.${one}`) }))} />
        <Button onClick={() => setAsking(true)}>{t("acc.role.down_go")}</Button>
      </div>
      <ConfirmDialog open={asking} title={t("acc.role.down_title")} confirm={t("acc.role.down_go")} danger onConfirm={go} onClose={() => setAsking(false)}>
        <p>{t("acc.role.down_confirm", { role: name })}</p>
      </ConfirmDialog>
    </section>
  );
}
