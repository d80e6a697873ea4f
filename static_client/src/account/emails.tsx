// E-mail addresses: the primary one, and up to three more with their free slots (E2-41 to E2-43).
import { useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { t } from "../i18n";
import { LoadFailed } from "../portal/load_failed";
import { sentence } from "../portal/errors";
import { Button, IconButton } from "../ui/button";
import { Badge, PageSpinner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import type { Emails, ExtraEmail } from "./types";
import { useLoaded, useSubmit } from "./use";

export function EmailTab() {
  const emails = useLoaded<Emails>("/api/account/emails");
  const found = emails.value;
  if (emails.error !== null) return <LoadFailed text={t("acc.load_failed")} detail={emails.error} retry={emails.reload} />;
  if (found === null) return <PageSpinner />;
  return (
    <>
      <section class="account-section ui-card">
        <h2>{t("acc.emails.primary")}</h2>
        <p><strong>{found.primary ?? t("acc.emails.none")}</strong></p>
        <p class="ui-muted ui-small">{t("acc.emails.primary_hint")}</p>
      </section>
      <section class="account-section ui-card">
        <div class="account-section-head">
          <h2>{t("acc.emails.further")}</h2>
          <Badge kind={found.free === 0 ? "warn" : "info"}>{t("acc.emails.free", { count: found.free })}</Badge>
        </div>
        {found.emails.length > 0 && <ul class="account-rows" role="list">{found.emails.map((one) => <Row key={one.id} one={one} changed={emails.reload} />)}</ul>}
        {found.free === 0 ? <p class="ui-muted">{t("acc.emails.full")}</p> : <Add changed={emails.reload} />}
      </section>
    </>
  );
}

function Row({ one, changed }: { one: ExtraEmail; changed: () => void }) {
  const { email } = one;
  const act = async (work: Promise<unknown>, text: string) => {
    try {
      await work;
      toast({ text, kind: "good" });
      changed();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  return (
    <li>
      <span class="ui-grow">{email}</span>
      <Badge kind={one.confirmed_at === null ? "warn" : "good"}>{one.confirmed_at === null ? t("acc.emails.waiting") : one.confirmed_by === "coordinator" ? t("acc.emails.by_hand") : t("acc.emails.confirmed")}</Badge>
      <span class="ui-nowrap">
        {one.confirmed_at === null && <IconButton icon="refresh" label={t("acc.emails.resend", { email })} onClick={() => void act(api("POST", `/api/account/emails/${one.id}/resend`, {}), t("acc.emails.sent", { email }))} />}
        <IconButton icon="trash" label={t("acc.emails.remove", { email })} onClick={() => void act(api("DELETE", `/api/account/emails/${one.id}`, {}), t("acc.emails.removed", { email }))} />
      </span>
    </li>
  );
}

function Add({ changed }: { changed: () => void }) {
  const [email, setEmail] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = useSubmit();
  const field = useRef<HTMLInputElement>(null);
  const send = (event: Event) => {
    event.preventDefault();
    const refuse = (text: string) => {
      setError(text);
      field.current?.focus();
    };
    if (email.trim() === "") return refuse(t("acc.missing"));
    void submit.run(async () => {
      try {
        await api("POST", "/api/account/emails", { email });
        toast({ text: t("acc.emails.sent", { email: email.trim() }), kind: "good" });
        setEmail("");
        changed();
      } catch (cause) {
        refuse(cause instanceof ApiError && cause.code === "bad_request" ? t("acc.email_bad") : sentence(cause));
      }
    });
  };
  return (
    <form class="account-add" noValidate onSubmit={send}>
      <Field label={t("acc.emails.new")} error={error}>
        <TextInput type="email" value={email} inputRef={field} autoComplete="off" autoCapitalize="off" spellcheck={false} maxLength={254} onInput={(value) => {
          setEmail(value);
          setError(null);
        }} />
      </Field>
      <Button type="submit" icon="plus" busy={submit.busy}>{t("acc.emails.add")}</Button>
    </form>
  );
}
