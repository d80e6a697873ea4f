// Buttons. `href` makes a link that looks like one; `busy` keeps the width and blocks a second press.
import type { ButtonHTMLAttributes, ComponentChildren, Ref } from "preact";
import { t } from "../i18n";
import "./controls.css";
import { Icon, type IconName } from "./icon";

type NativeButton = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "size" | "class" | "label">;
const classes = (...names: (string | false | undefined)[]) => names.filter(Boolean).join(" ");

export type ButtonVariant = "primary" | "plain" | "danger" | "quiet" | "danger-quiet";
export type ButtonSize = "small" | "normal" | "large";

export interface ButtonProps extends NativeButton {
  children?: ComponentChildren;
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  icon?: IconName | undefined;
  iconEnd?: IconName | undefined;
  busy?: boolean | undefined;
  /** As wide as its place. */
  full?: boolean;
  href?: string | undefined;
  download?: string | boolean | undefined;
  target?: string | undefined;
  class?: string | undefined;
  buttonRef?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { variant = "plain", size = "normal", icon, iconEnd, busy, full, href, download, target, class: cls, buttonRef, children, ...rest } = props;
  const name = classes("ui-button", `ui-button-${variant}`, size !== "normal" && `ui-button-${size}`, full && "ui-button-full", cls);
  const small = size === "small" ? 18 : 20;
  const inside = (
    <>
      {busy === true ? <span class="ui-spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} size={small} />}
      <span>{children}</span>
      {iconEnd !== undefined && <Icon name={iconEnd} size={small} />}
      {busy === true && <span class="visually-hidden">{t("ui.busy")}</span>}
    </>
  );
  if (href !== undefined && rest.disabled !== true) {
    return (
      <a class={name} href={href} id={rest.id as string | undefined} download={download} target={target}
        rel={target === undefined ? undefined : "noopener"} aria-label={rest["aria-label"]} aria-current={rest["aria-current"]}>
        {inside}
      </a>
    );
  }
  return (
    <button type="button" {...rest} ref={buttonRef} class={name} aria-busy={busy === true ? "true" : undefined}
      aria-disabled={busy === true ? "true" : rest["aria-disabled"]}
      onClick={(event) => {
        if (busy === true) event.preventDefault();
        else rest.onClick?.(event);
      }}>
      {inside}
    </button>
  );
}

export interface IconButtonProps extends NativeButton {
  icon: IconName;
  /** Accessible name and tooltip. Keep it the same while a toggle changes; `tip` may say what a press would do. */
  label: string;
  tip?: string | undefined;
  /** One key, such as "M": in the tooltip and in aria-keyshortcuts. */
  shortcut?: string | undefined;
  /** Makes it a toggle (aria-pressed). */
  pressed?: boolean | undefined;
  variant?: "quiet" | "plain" | "primary" | "danger" | undefined;
  size?: ButtonSize | undefined;
  iconSize?: number;
  badge?: string | number | undefined;
  href?: string | undefined;
  download?: string | boolean | undefined;
  class?: string | undefined;
  buttonRef?: Ref<HTMLButtonElement>;
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, tip, shortcut, pressed, variant = "quiet", size = "normal", iconSize, badge, href, download, class: cls, buttonRef, disabled, ...rest } = props;
  const name = classes("ui-icon-button", variant !== "quiet" && `ui-icon-button-${variant}`, size !== "normal" && `ui-icon-button-${size}`, cls);
  const glyph = <Icon name={icon} size={iconSize ?? (size === "small" ? 18 : size === "large" ? 24 : 21)} />;
  if (href !== undefined) {
    return <a class={name} href={href} download={download} aria-label={label} data-tip={tip ?? label}>{glyph}</a>;
  }
  const shown = badge !== undefined && badge !== 0 && badge !== "";
  return (
    <button type="button" {...rest} ref={buttonRef} class={name} aria-label={label} data-tip={tip ?? label} data-tip-key={shortcut}
      aria-keyshortcuts={shortcut} aria-pressed={pressed} aria-disabled={disabled === true ? "true" : rest["aria-disabled"]}
      onClick={(event) => {
        if (disabled !== true) rest.onClick?.(event);
      }}>
      {glyph}
      {shown && <span class="ui-icon-button-count" aria-hidden="true">{typeof badge === "number" && badge > 99 ? "99+" : badge}</span>}
    </button>
  );
}

export interface ToggleButtonProps extends Omit<IconButtonProps, "pressed" | "tip"> {
  pressed: boolean;
  iconPressed?: IconName;
  /** What a press does now: while off, while on. */
  tip: string;
  tipPressed: string;
}

export function ToggleButton({ icon, iconPressed, tip, tipPressed, pressed, ...rest }: ToggleButtonProps) {
  return <IconButton {...rest} icon={pressed ? (iconPressed ?? icon) : icon} tip={pressed ? tipPressed : tip} pressed={pressed} />;
}
