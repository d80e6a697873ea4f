// Entering by number and PIN or by a pasted link (H-13; the ADMIN PIN in the same field, H-38).
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { enter } from "../app/entry";
import { navigate } from "../app/router";
import { maybe, t } from "../i18n";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";
import { Field, TextInput } from "../ui/field";
import { waitText } from "../status/wait";
import { sentence } from "./errors";
import { readPin, readTyped } from "./invitation";

export function JoinForm({ autoFocus }: { autoFocus?: boolean }) {
  const [where, setWhere] = useState("");
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [whereError, setWhereError] = useState<string | null>(null);
  const [pinError, setPinError] = useState<string | null>(null);
  const [failure, setFailure] = useState<{ title?: string; text: string } | null>(null);
  const [waitS, setWaitS] = useState(0);
  const whereRef = useRef<HTMLInputElement>(null);
  const pinRef = useRef<HTMLInputElement>(null);
  const typed = readTyped(where, location.origin);
  const waits = waitS > 0 && typed.kind !== "link"; // links are not guessed: the office behind one address comes in by them

  useEffect(() => {
    if (autoFocus === true) whereRef.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (waitS <= 0) return;
    const timer = setTimeout(() => setWaitS(waitS - 1), 1000);
    return () => clearTimeout(timer);
  }, [waitS]);

  const refuse = (cause: unknown, number: string, code: string) => {
    if (cause instanceof ApiError && cause.code === "wrong_pin") {
      setPinError(t("join.wrong_pin"));
      pinRef.current?.focus();
    } else if (cause instanceof ApiError && cause.code === "not_open_yet") {
      enter({ kind: "pin", number, pin: code }); // it counts down there
    } else if (cause instanceof ApiError && cause.code === "too_many_tries") setWaitS(Math.ceil(cause.retryAfterS ?? 60));
    else if (cause instanceof ApiError && maybe(`status.${cause.code}.title`) !== null) {
      setFailure({ title: maybe(`status.${cause.code}.title`) ?? "", text: maybe(`status.${cause.code}.next`) ?? maybe(`status.${cause.code}.text`) ?? "" });
    } else setFailure({ text: sentence(cause) });
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || waits) return;
    setFailure(null);
    if (typed.kind === "link") return navigate(`/j/${encodeURIComponent(typed.secret)}`);
    const number = typed.kind === "number" ? typed.number : "";
    const code = readPin(pin);
    setWhereError(typed.kind === "empty" ? t("join.no_number") : number === "" ? t("join.bad_number") : null);
    setPinError(number !== "" && code === "" ? t("join.no_pin") : null);
    if (number === "") return whereRef.current?.focus();
    if (code === "") return pinRef.current?.focus();
    setBusy(true);
    try {
      await api("POST", "/api/join/check", { number, pin: code });
      enter({ kind: "pin", number, pin: code });
    } catch (cause) {
      refuse(cause, number, code);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="ui-stack" noValidate onSubmit={(event) => void submit(event)}>
      <Field label={t("join.where")} hint={t("join.where_hint")} error={whereError}>
        <TextInput value={where} big={typed.kind !== "link" && typed.kind !== "neither"} inputRef={whereRef} autoComplete="off" autoCapitalize="off" spellcheck={false} name="conference" onInput={(value) => {
          setWhere(value);
          setWhereError(null);
        }} />
      </Field>
      {typed.kind !== "link" && (
        <Field label={t("join.pin")} hint={t("join.pin_hint")} error={pinError}>
          <TextInput value={pin} big inputRef={pinRef} inputMode="numeric" autoComplete="off" name="pin" maxLength={20} onInput={(value) => {
            setPin(value);
            setPinError(null);
          }} />
        </Field>
      )}
      {failure !== null && <Banner kind="bad" title={failure.title}>{failure.text}</Banner>}
      {waits && <Banner kind="warn" icon="clock">{waitText("join.wait", waitS)}</Banner>}
      <Button type="submit" variant="primary" size="large" full busy={busy} disabled={waits} iconEnd="arrow-right">{t("join.go")}</Button>
    </form>
  );
}
