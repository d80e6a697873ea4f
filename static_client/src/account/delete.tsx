// The dialog that deletes the account: it warns (E2-37), asks for the primary address (E2-38), can be cancelled (E2-40),
// and ends on the home page (E2-39).
import { useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { user } from "../portal/account";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { toast } from "../ui/toast";
import { useSubmit } from "./use";

export function DeleteAccount({ email, onClose }: { email: string | null; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const submit = useSubmit();
  const field = useRef<HTMLInputElement>(null);
  const send = (event: Event) => {
    event.preventDefault();
    if (typed.trim() === "") return field.current?.focus();
    void submit.run(async () => {
      try {
        await api("DELETE", "/api/account", { email: typed });
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.code !== "wrong_email") throw cause;
        setWrong(true);
        return field.current?.focus();
      }
      user.value = null;
      navigate("/", { replace: true });
      toast({ text: t("acc.delete.done") });
    });
  };
  return (
    <Dialog open title={t("acc.delete.title")} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button type="submit" form="delete-account" variant="danger" busy={submit.busy}>{t("acc.delete.go")}</Button>
      </>
    }>
      <form class="ui-stack" id="delete-account" noValidate onSubmit={send}>
        <Banner kind="warn">{t("acc.delete.warn")}</Banner>
        <p>{t("acc.delete.text")}</p>
        <Field label={email === null ? t("acc.delete.type_name") : t("acc.delete.type")} error={wrong ? t("acc.delete.wrong") : null}>
          <TextInput type={email === null ? "text" : "email"} value={typed} inputRef={field} autoFocus autoComplete="off" autoCapitalize="off" spellcheck={false} maxLength={254} onInput={(value) => {
            setTyped(value);
            setWrong(false);
          }} />
        </Field>
        {submit.error !== null && <Banner kind="bad">{submit.error}</Banner>}
      </form>
    </Dialog>
  );
}
