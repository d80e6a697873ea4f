// A menu button after the ARIA pattern: native popover, arrow keys, Home/End, typing a letter, Escape back to the button.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Button, IconButton, type ButtonSize, type ButtonVariant } from "./button";
import { giveFocusBack } from "./focus";
import { Icon, type IconName } from "./icon";
import { keepAt } from "./keep_at";
import "./overlays.css";
import type { Align, Side } from "./position";

export type MenuEntry =
  | {
      label: string;
      icon?: IconName | undefined;
      hint?: string | undefined;
      danger?: boolean | undefined;
      disabled?: boolean | undefined;
      checked?: boolean | undefined;
      role?: "item" | "check" | "radio" | undefined;
      href?: string | undefined;
      /** The page that is shown. */
      current?: boolean | undefined;
      onSelect?: (() => void) | undefined;
    }
  | { separator: true }
  | { heading: string };

/** The browser tells of a closing late: by then the panel that it is about may be gone and the next one be open. */
function closedNow(event: Event, panel: HTMLElement | null): boolean {
  return (event as unknown as { newState: string }).newState === "closed" && event.currentTarget === panel;
}

export interface MenuTrigger {
  icon?: IconName | undefined;
  text?: string | undefined;
  class?: string | undefined;
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
}

export interface MenuProps {
  /** Accessible name of the button and of the menu; with `trigger.text` a labelled button, else an icon with a tooltip. */
  label: string;
  trigger?: MenuTrigger;
  items: MenuEntry[] | (() => MenuEntry[]);
  side?: "up" | "down" | undefined;
  align?: Align | undefined;
  shortcut?: string | undefined;
}

export function Menu({ label, trigger = {}, shortcut, align = "end", side = "down", items }: MenuProps) {
  const where: Side = side === "up" ? "above" : "below";
  const [open, setOpen] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLSpanElement>(null);
  const id = useId();
  const button = () => anchor.current?.querySelector<HTMLElement>("button") ?? null;
  const entries = () => [...(panel.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  useEffect(() => {
    const element = panel.current;
    if (!element || !open) return;
    element.showPopover();
    const letGo = keepAt(element, button, where, align);
    entries()[0]?.focus();
    return letGo;
  }, [open]);

  const close = (back: boolean) => {
    if (panel.current?.matches(":popover-open")) panel.current.hidePopover();
    setOpen(false);
    if (back) button()?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const go = (index: number) => {
      event.preventDefault();
      event.stopPropagation();
      all[(index + all.length) % all.length]?.focus();
    };
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(all.length - 1);
    else if (event.key === "Tab") close(true);
    else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key.length === 1 && event.key !== " ") {
      event.stopPropagation();
      const letter = event.key.toLowerCase();
      const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      order.find((e) => (e.textContent ?? "").trim().toLowerCase().startsWith(letter))?.focus();
    } else event.stopPropagation();
  };
  const toggle = () => (open ? close(true) : setOpen(true));
  const list = open ? (typeof items === "function" ? items() : items) : [];
  const common = { "aria-haspopup": "menu", "aria-expanded": open, "aria-controls": open ? id : undefined, onClick: toggle } as const;
  return (
    <span ref={anchor} class="ui-menu" onKeyDown={(event) => {
      if (open || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      event.preventDefault();
      setOpen(true);
    }}>
      {trigger.text !== undefined ? (
        <Button {...common} variant={trigger.variant} size={trigger.size} class={trigger.class} icon={trigger.icon} iconEnd="chevron-down"
          aria-label={label === trigger.text ? undefined : label}>{trigger.text}</Button>
      ) : (
        <IconButton {...common} icon={trigger.icon ?? "more"} label={label} shortcut={shortcut} size={trigger.size} class={trigger.class}
          variant={trigger.variant === "danger-quiet" ? "quiet" : (trigger.variant ?? "quiet")} />
      )}
      {open && (
        <div ref={panel} id={id} class="ui-popover" popover="auto" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}
          onToggle={(event) => {
            if (closedNow(event, panel.current)) setOpen(false);
          }}>
          {list.map((item, index) => <Entry key={index} item={item} close={close} />)}
        </div>
      )}
    </span>
  );
}

function Entry({ item, close }: { item: MenuEntry; close: (back: boolean) => void }) {
  if ("separator" in item) return <div class="ui-menu-sep" role="separator" />;
  if ("heading" in item) return <div class="ui-menu-heading" role="presentation">{item.heading}</div>;
  const inside: ComponentChildren = (
    <>
      {item.checked !== undefined ? <Icon name="check" size={18} class={item.checked ? "" : "is-blank"} /> : item.icon !== undefined && <Icon name={item.icon} size={18} />}
      <span>{item.label}</span>
      {item.hint !== undefined && <span class="ui-menu-item-hint">{item.hint}</span>}
    </>
  );
  const cls = item.danger === true ? "ui-menu-item ui-menu-item-danger" : "ui-menu-item";
  const kind = item.role ?? (item.checked === undefined ? "item" : "check");
  const role = kind === "item" ? "menuitem" : kind === "radio" ? "menuitemradio" : "menuitemcheckbox";
  const choose = () => {
    if (item.disabled === true) return;
    close(true);
    item.onSelect?.();
  };
  if (item.href !== undefined && item.disabled !== true) {
    return <a class={cls} role="menuitem" tabIndex={-1} href={item.href} aria-current={item.current === true ? "page" : undefined} onClick={() => close(false)}>{inside}</a>;
  }
  return (
    <button type="button" class={cls} role={role} tabIndex={-1}
      aria-checked={kind === "item" ? undefined : item.checked === true} aria-disabled={item.disabled === true ? "true" : undefined} onClick={choose}>
      {inside}
    </button>
  );
}

export interface PopoverProps {
  open: boolean;
  onClose: () => void;
  anchor: () => HTMLElement | null;
  label: string;
  side?: Side;
  align?: Align;
  class?: string | undefined;
  children: ComponentChildren;
}

/** A floating panel with free content (device lists, reactions): closes on Escape and on a press outside. */
export function Popover({ open, onClose, anchor, label, side = "above", align = "center", class: cls, children }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element || !open) return;
    const before = document.activeElement;
    element.showPopover();
    const letGo = keepAt(element, anchor, side, align);
    (element.querySelector<HTMLElement>("button, [href], input, select") ?? element).focus();
    return () => {
      letGo();
      giveFocusBack(before);
    };
  }, [open]);
  if (!open) return null;
  return (
    <div ref={ref} class={cls ? `ui-popover ${cls}` : "ui-popover"} popover="auto" role="dialog" aria-label={label} tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      onToggle={(event) => {
        if (closedNow(event, ref.current)) onClose();
      }}>
      {children}
    </div>
  );
}
