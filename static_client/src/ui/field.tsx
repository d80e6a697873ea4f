// Form controls with their label, hint and error wired together. Errors are announced and tied by aria-describedby.
import { createContext, type ComponentChildren, type PartialInputHTMLAttributes, type Ref, type TextareaHTMLAttributes } from "preact";
import { useContext, useId } from "preact/hooks";
import { t } from "../i18n";
import "./controls.css";
import { Icon, type IconName } from "./icon";

interface Wiring { id: string; describedBy: string | undefined; invalid: boolean }
const WiringContext = createContext<Wiring | null>(null);

export interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  optional?: boolean;
  class?: string | undefined;
  /** Of the control inside, where the page needs to find it (to focus it, say). */
  id?: string | undefined;
  children: ComponentChildren;
}

/** A labelled place for one TextInput, TextArea or SelectInput. */
export function Field({ label, hint, error, optional, class: cls, id: given, children }: FieldProps) {
  const own = useId();
  const id = given ?? own;
  const bad = error !== undefined && error !== null && error !== "";
  const describedBy = [hint !== undefined && `${id}-h`, bad && `${id}-e`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={cls === undefined ? "ui-field" : `ui-field ${cls}`}>
      <label class="ui-field-label" for={id}>
        {label}
        {optional === true && <span class="ui-field-optional"> ({t("ui.optional")})</span>}
      </label>
      {hint !== undefined && <div class="ui-field-hint" id={`${id}-h`}>{hint}</div>}
      <WiringContext.Provider value={{ id, describedBy, invalid: bad }}>{children}</WiringContext.Provider>
      <div id={`${id}-e`} role="alert">
        {bad && <span class="ui-field-error"><Icon name="error" size={16} />{error}</span>}
      </div>
    </div>
  );
}

function useWiring(id: string | undefined) {
  const wiring = useContext(WiringContext);
  return { id: wiring?.id ?? id, "aria-describedby": wiring?.describedBy, "aria-invalid": wiring?.invalid === true ? ("true" as const) : undefined };
}

type InputProps = Omit<PartialInputHTMLAttributes<HTMLInputElement>, "onInput" | "value" | "class" | "onChange" | "size" | "role" | "type"> & {
  type?: "text" | "date" | "time" | "number" | "search" | "tel" | "email" | "password";
  value: string;
  /** Id of a datalist. */
  list?: string;
  onInput: (value: string) => void;
  /** Large figures, for numbers and PINs. */
  big?: boolean;
  class?: string | undefined;
  inputRef?: Ref<HTMLInputElement>;
};

export function TextInput({ value, onInput, big, type = "text", class: cls, inputRef, id, ...rest }: InputProps) {
  const wiring = useWiring(id as string | undefined);
  return (
    <input {...rest} type={type as "text"} {...wiring} ref={inputRef} class={["ui-input", big === true && "ui-input-big", cls].filter(Boolean).join(" ")}
      value={value} onInput={(event) => onInput(event.currentTarget.value)} />
  );
}

type AreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onInput" | "value" | "class"> & {
  value: string;
  onInput: (value: string) => void;
  class?: string | undefined;
  areaRef?: Ref<HTMLTextAreaElement>;
};

export function TextArea({ value, onInput, class: cls, areaRef, id, ...rest }: AreaProps) {
  const wiring = useWiring(id as string | undefined);
  return <textarea {...rest} {...wiring} ref={areaRef} class={cls === undefined ? "ui-input" : `ui-input ${cls}`} value={value} onInput={(event) => onInput(event.currentTarget.value)} />;
}

export interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; label: string; disabled?: boolean }[];
  onChange: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  disabled?: boolean | undefined;
  /** The label is only for assistive technology. */
  bare?: boolean;
  class?: string | undefined;
}

export function Select({ label, value, options, onChange, hint, error, disabled, bare, class: cls }: SelectProps) {
  const control = <SelectInput {...{ value, options, onChange, disabled }} ariaLabel={bare === true ? label : undefined} />;
  if (bare === true) return <span class={cls}>{control}</span>;
  return <Field label={label} hint={hint} error={error} class={cls}>{control}</Field>;
}

function SelectInput({ value, options, onChange, disabled, ariaLabel }: Pick<SelectProps, "value" | "options" | "onChange" | "disabled"> & { ariaLabel: string | undefined }) {
  const wiring = useWiring(undefined);
  return (
    <span class="ui-select">
      <select class="ui-input" {...wiring} aria-label={ariaLabel} disabled={disabled} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((one) => <option key={one.value} value={one.value} disabled={one.disabled} selected={one.value === value}>{one.label}</option>)}
      </select>
      <Icon name="chevron-down" size={18} />
    </span>
  );
}

export interface FileFieldProps {
  label: string;
  /** As of the browser: ".csv,text/csv". */
  accept: string;
  /** Of the file that was chosen last. */
  name: string | null;
  onFile: (file: File) => void;
}

/** A file to be read, chosen with a button that looks like the others; the browser's own one is under it. */
export function FileField({ label, accept, name, onFile }: FileFieldProps) {
  const id = useId();
  return (
    <div class="ui-field">
      <span class="ui-field-label" id={`${id}-l`}>{label}</span>
      <span class="ui-file">
        <label class="ui-button ui-button-plain">
          <input type="file" class="visually-hidden" accept={accept} aria-labelledby={`${id}-l ${id}-b`} aria-describedby={`${id}-n`}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = ""; // the same file may be read again
              if (file !== undefined) onFile(file);
            }} />
          <span id={`${id}-b`}>{t("ui.choose_file")}</span>
        </label>
        <span class="ui-file-name" id={`${id}-n`} role="status">{name ?? t("ui.no_file")}</span>
      </span>
    </div>
  );
}

export interface CheckProps {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ComponentChildren;
  disabled?: boolean | undefined;
}

function Check({ label, checked, onChange, hint, disabled, role }: CheckProps & { role?: "switch" }) {
  const id = useId();
  return (
    <label class="ui-check">
      <input type="checkbox" role={role} checked={checked} disabled={disabled} aria-describedby={hint === undefined ? undefined : id} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span class="ui-check-text">
        <span class="ui-check-label">{label}</span>
        {hint !== undefined && <span class="ui-field-hint" id={id}>{hint}</span>}
      </span>
    </label>
  );
}

export function Checkbox(props: CheckProps) {
  return <Check {...props} />;
}

/** A checkbox that acts at once. */
export function Switch(props: CheckProps) {
  return <Check {...props} role="switch" />;
}

export interface RadioCardsProps<V extends string> {
  legend: string;
  name: string;
  value: V;
  options: readonly { value: V; label: string; hint?: string; icon?: IconName }[];
  onChange: (value: V) => void;
}

export function RadioCards<V extends string>({ legend, name, value, options, onChange }: RadioCardsProps<V>) {
  const id = useId();
  return (
    <fieldset>
      <legend class="ui-field-label">{legend}</legend>
      <div class="ui-cards">
        {options.map((one) => (
          <label key={one.value} class="ui-radio-card">
            <input type="radio" name={name} value={one.value} checked={one.value === value} aria-describedby={one.hint === undefined ? undefined : `${id}-${one.value}`} onChange={() => onChange(one.value)} />
            <span class="ui-check-text">
              <span class="ui-check-label">{one.label}</span>
              {one.hint !== undefined && <span class="ui-field-hint" id={`${id}-${one.value}`}>{one.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** What is spoken instead of the bare number. */
  valueText?: string;
  onInput: (value: number) => void;
  class?: string | undefined;
}

export function Slider({ label, value, min, max, step = 1, valueText, onInput, class: cls }: SliderProps) {
  return (
    <input type="range" class={cls === undefined ? "ui-slider" : `ui-slider ${cls}`} aria-label={label} aria-valuetext={valueText} min={min} max={max} step={step}
      value={value} onInput={(event) => onInput(Number(event.currentTarget.value))} />
  );
}
