// A password field with a button that shows what was typed.
import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "./button";
import { Field, TextInput } from "./field";
import "./password.css";

export interface PasswordFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** For password managers. */
  autoComplete: "current-password" | "new-password";
  hint?: string;
  error?: string | null;
  inputRef?: Ref<HTMLInputElement>;
  autoFocus?: boolean;
}

export function PasswordField({ label, value, onInput, autoComplete, hint, error, inputRef, autoFocus }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error} class="ui-password">
      <TextInput type={shown ? "text" : "password"} value={value} onInput={onInput} inputRef={inputRef} autoFocus={autoFocus} autoComplete={autoComplete} autoCapitalize="off" spellcheck={false} maxLength={1024} />
      <IconButton icon={shown ? "eye-off" : "eye"} label={t("acc.password.show")} pressed={shown} onClick={() => setShown(!shown)} />
    </Field>
  );
}
