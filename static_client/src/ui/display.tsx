// Things that only show: badges, avatars, banners, tabs, progress, empty states, copyable values.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, IconButton } from "./button";
import "./controls.css";
import { copyText } from "./copy";
import "./display.css";
import { hue, initials } from "./identity";
import { Icon, type IconName } from "./icon";
import { announce } from "./toast";

export type Kind = "info" | "good" | "warn" | "bad";

export function Badge({ kind, icon, dot, children }: { kind?: Kind | "rec" | undefined; icon?: IconName | undefined; dot?: boolean; children: ComponentChildren }) {
  return (
    <span class={kind === undefined ? "ui-badge" : `ui-badge ui-badge-${kind}`}>
      {dot === true && <span class="ui-badge-dot" aria-hidden="true" />}
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}

/** Initials on a colour that belongs to the id. Decoration: the name stands beside it. `size` is any CSS length. */
export function Avatar({ name, id, size, class: cls }: { name: string; id?: string | number; size?: string; class?: string | undefined }) {
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (size !== undefined) ref.current?.style.setProperty("--avatar", size);
  }, [size]);
  return <span ref={ref} class={cls === undefined ? "ui-avatar" : `ui-avatar ${cls}`} data-hue={hue(String(id ?? name))} aria-hidden="true">{initials(name)}</span>;
}

export function Banner({ kind = "info", icon, title, action, children }: { kind?: Kind; icon?: IconName; title?: string; action?: ComponentChildren; children?: ComponentChildren }) {
  const fallback = { info: "info", good: "check", warn: "warning", bad: "error" } as const;
  return (
    <div class={`ui-banner ui-banner-${kind}`} role={kind === "bad" ? "alert" : undefined}>
      <Icon name={icon ?? fallback[kind]} />
      <div class="ui-banner-text">
        {title !== undefined && <p class="ui-banner-title">{title}</p>}
        {children}
      </div>
      {action}
    </div>
  );
}

export interface Tab { id: string; label: string; count?: number }

/** Tab list with roving focus; the panel is the caller's, with the id `panelId(tab.id)`. */
export function Tabs({ label, tabs, value, onChange, prefix }: { label: string; tabs: readonly Tab[]; value: string; onChange: (id: string) => void; prefix: string }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.querySelector("[aria-selected=true]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" }), [value]);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((one) => one.id === value);
    const to = event.key === "ArrowRight" ? at + 1 : event.key === "ArrowLeft" ? at - 1 : event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : null;
    const next = to === null ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onChange(next.id);
    ref.current?.querySelector<HTMLElement>(`#${CSS.escape(`${prefix}-tab-${next.id}`)}`)?.focus();
  };
  return (
    <div ref={ref} class="ui-tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((one) => (
        <button key={one.id} type="button" class="ui-tab" role="tab" id={`${prefix}-tab-${one.id}`} aria-controls={`${prefix}-panel-${one.id}`}
          aria-selected={one.id === value} tabIndex={one.id === value ? 0 : -1} onClick={() => onChange(one.id)}>
          {one.label}
          {one.count !== undefined && one.count > 0 && <Badge>{one.count}</Badge>}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ prefix, id, children }: { prefix: string; id: string; children: ComponentChildren }) {
  return <div role="tabpanel" id={`${prefix}-panel-${id}`} aria-labelledby={`${prefix}-tab-${id}`} tabIndex={-1}>{children}</div>;
}

export function EmptyState({ icon, title, children, actions, heading: H = "h2" }: { icon: IconName; title: string; children?: ComponentChildren; actions?: ComponentChildren; heading?: "h2" | "h3" }) {
  return (
    <div class="ui-empty">
      <span class="ui-empty-art"><Icon name={icon} size={30} /></span>
      <H>{title}</H>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div class="ui-row">{actions}</div>}
    </div>
  );
}

export function Spinner({ label }: { label?: string }) {
  return (
    <span role="status">
      <span class="ui-spinner" aria-hidden="true" />
      <span class="visually-hidden">{label ?? t("ui.loading")}</span>
    </span>
  );
}

/** Fills the page while something loads; says so only after a moment, so that fast pages do not flicker. */
export function PageSpinner({ label }: { label?: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 250);
    return () => clearTimeout(timer);
  }, []);
  return <div class="ui-spinner-page" role="status">{late && <><span class="ui-spinner" aria-hidden="true" /><span>{label ?? t("ui.loading")}</span></>}</div>;
}

/** A level of 0…1 in steps: microphone and speaker checks. */
export function LevelMeter({ level, label, steps = 14 }: { level: number; label: string; steps?: number }) {
  const on = Math.round(Math.max(0, Math.min(1, level)) * steps);
  return (
    <div class="ui-meter" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round((on / steps) * 100)}>
      {Array.from({ length: steps }, (_, i) => <span key={i} class={i < on ? (i >= steps * 0.85 ? "is-on is-hot" : "is-on") : ""} />)}
    </div>
  );
}

/** Network quality: 0 lost, 1 poor, 2 fair, 3 good. */
export function NetworkBars({ quality, label }: { quality: number; label: string }) {
  return (
    <span class="ui-bars" role="img" aria-label={label} data-quality={quality}>
      {[1, 2, 3].map((step) => <span key={step} class={quality >= step ? "is-on" : ""} />)}
    </span>
  );
}

export function Kbd({ children }: { children: ComponentChildren }) {
  return <kbd class="ui-kbd">{children}</kbd>;
}

/** A value to be copied, shown in full, with its own button. */
export function CopyField({ label, value, hidden, shown }: { label: string; value: string; /** What is shown instead of the value, such as spaced digits. */ shown?: string; /** The label is only spoken. */ hidden?: boolean }) {
  const id = useId();
  const [done, copy] = useCopied(value);
  return (
    <div class="ui-field">
      <span class={hidden === true ? "visually-hidden" : "ui-field-label"} id={id}>{label}</span>
      <div class="ui-copy-field">
        <output aria-labelledby={id} class={shown === undefined ? undefined : "is-figures"}>{shown ?? value}</output>
        <IconButton icon={done ? "check" : "copy"} label={t("ui.copy_what", { what: label })} tip={done ? t("ui.copied") : t("ui.copy")} class={done ? "is-done" : undefined} onClick={copy} />
      </div>
    </div>
  );
}

export function CopyButton({ value, children, variant }: { value: string | (() => string); children: ComponentChildren; variant?: "plain" | "primary" | "quiet" }) {
  const [done, copy] = useCopied(value);
  return <Button icon={done ? "check" : "copy"} variant={variant} onClick={copy}>{done ? t("ui.copied") : children}</Button>;
}

function useCopied(value: string | (() => string)): [boolean, () => void] {
  const [done, setDone] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const ok = await copyText(typeof value === "string" ? value : value());
    announce(ok ? t("ui.copied") : t("ui.copy_failed"), { assertive: !ok });
    setDone(ok);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setDone(false), 2200);
  };
  return [done, () => void copy()];
}
