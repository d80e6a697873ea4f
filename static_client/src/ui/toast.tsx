// Toasts and live regions. `toast(...)` shows and announces; `announce(...)` only speaks. <ToastHost/> is rendered once, by app/main.tsx.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Icon, type IconName } from "./icon";
import { Button, IconButton } from "./button";
import "./overlays.css";
import { TooltipLayer } from "./tooltip";

export interface ToastOptions {
  text: string;
  kind?: "info" | "good" | "warn" | "bad";
  icon?: IconName;
  action?: { label: string; run: () => void } | undefined;
  /** ms; 0 keeps it until closed. Default 5 s, 8 s with an action. */
  ms?: number;
  /** Toasts with the same key replace each other. */
  key?: string;
}
interface Live extends ToastOptions { id: number }

const limit = 4;
export const toasts = signal<readonly Live[]>([]);
export const politeText = signal("");
export const assertiveText = signal("");
let nextId = 1;
let flip = false;

/** Speak a sentence through the live region. A trailing no-break space makes repeats heard. */
export function announce(text: string, options: { assertive?: boolean } = {}): void {
  flip = !flip;
  (options.assertive === true ? assertiveText : politeText).value = flip ? text : `${text}\u00a0`;
}

export function toast(options: ToastOptions): () => void {
  const id = nextId++;
  const rest = toasts.value.filter((other) => options.key === undefined || other.key !== options.key);
  toasts.value = [...rest, { ...options, id }].slice(-limit);
  announce(options.text, { assertive: options.kind === "bad" });
  const close = () => dismiss(id);
  const ms = options.ms ?? (options.action ? 8000 : 5000);
  if (ms > 0) setTimeout(close, ms);
  return close;
}

export function dismiss(id: number): void {
  if (toasts.value.some((one) => one.id === id)) toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** Another place: what was said of the last one is no longer about anything on the screen. */
export function dismissAll(): void {
  if (toasts.value.length > 0) toasts.value = [];
}

const icons = { info: "info", good: "check", warn: "warning", bad: "error" } as const;

export function ToastHost({ place = "bottom" }: { place?: "bottom" | "top" }) {
  const ref = useRef<HTMLDivElement>(null);
  const list = toasts.value;
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Shown again each time, so that it lies above a dialog opened meanwhile.
    if (element.matches(":popover-open")) element.hidePopover();
    if (list.length > 0) element.showPopover();
  }, [list]);
  return (
    <>
      <div class="visually-hidden" role="status" aria-live="polite">{politeText.value}</div>
      <div class="visually-hidden" role="alert" aria-live="assertive">{assertiveText.value}</div>
      <div ref={ref} class={place === "top" ? "ui-toasts ui-toasts-top" : "ui-toasts"} popover="manual" role="region" aria-label={t("ui.notices")}>
        {list.map((one) => (
          <div key={one.id} class={`ui-toast ui-toast-${one.kind ?? "info"}`}>
            <Icon name={one.icon ?? icons[one.kind ?? "info"]} />
            <span class="ui-toast-text">{one.text}</span>
            {one.action !== undefined && (
              <Button size="small" variant="quiet" onClick={() => {
                one.action?.run();
                dismiss(one.id);
              }}>{one.action.label}</Button>
            )}
            <IconButton icon="close" size="small" label={t("ui.dismiss")} onClick={() => dismiss(one.id)} />
          </div>
        ))}
      </div>
      <TooltipLayer />
    </>
  );
}
