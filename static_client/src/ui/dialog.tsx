// Native modal dialogs: focus is trapped and given back by the browser, Escape closes.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, IconButton } from "./button";
import { Banner } from "./display";
import { giveFocusBack } from "./focus";
import "./overlays.css";

const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]";

export interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  actions?: ComponentChildren;
  size?: "small" | "medium" | "large" | undefined;
  /** false: only the buttons inside close it. */
  closable?: boolean | undefined;
  class?: string | undefined;
  /** What has the focus when it is closed; without it, or where that is not there, what had it before. */
  next?: (() => HTMLElement | null) | undefined;
  "data-testid"?: string | undefined;
}

export function Dialog({ open, title, onClose, children, actions, size = "medium", closable = true, class: cls, next, ...rest }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || !open) return;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    return () => giveFocusBack(next?.() ?? before); // the element is gone before the browser could do it
  }, [open]);
  useEffect(() => {
    const element = body.current;
    if (element === null || !open) return;
    // text that is too long for the window must be scrolled by key too, where no control in it takes the focus
    const look = () => {
      const text = element.scrollHeight > element.clientHeight && element.querySelector(CONTROLS) === null;
      if (text) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    };
    const watch = new ResizeObserver(look);
    watch.observe(element);
    for (const child of element.children) watch.observe(child);
    return () => watch.disconnect();
  }, [open]);
  if (!open) return null;
  const names = ["ui-dialog", size !== "medium" && `ui-dialog-${size}`, cls].filter(Boolean).join(" ");
  return (
    <dialog ref={ref} class={names} aria-labelledby={id} {...rest}
      onCancel={(event) => {
        if (event.target !== ref.current) return;
        event.preventDefault();
        if (closable) onClose();
      }}
      onClose={() => open && onClose()}
      onPointerDown={(event) => {
        if (!closable || ref.current === null || event.target !== ref.current) return;
        const r = ref.current.getBoundingClientRect();
        const inside = event.clientX >= r.left && event.clientX <= r.right && event.clientY >= r.top && event.clientY <= r.bottom;
        if (!inside) onClose();
      }}>
      <div class="ui-dialog-head">
        <h2 id={id}>{title}</h2>
        {closable && <IconButton icon="close" label={t("ui.close")} size="small" onClick={onClose} />}
      </div>
      <div class="ui-dialog-body" ref={body} role="group" aria-labelledby={id}>{children}</div>
      {actions !== undefined && <div class="ui-dialog-foot">{actions}</div>}
    </dialog>
  );
}

export interface ConfirmProps {
  open: boolean;
  title: string;
  children: ComponentChildren;
  confirm: string;
  /** The other button, where "Cancel" could mean the act itself. */
  keep?: string | undefined;
  danger?: boolean | undefined;
  /** May fail: the sentence of the error is shown and the dialog stays. */
  onConfirm: () => void | Promise<void>;
  onClose: () => void;
  "data-testid"?: string | undefined;
}

export function ConfirmDialog({ open, title, children, confirm, keep, danger, onConfirm, onClose, ...rest }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : t("ui.failed"));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open={open} title={title} size="small" onClose={onClose} {...rest} actions={
      <>
        <Button autoFocus onClick={onClose}>{keep ?? t("ui.cancel")}</Button>
        <Button variant={danger === true ? "danger" : "primary"} busy={busy} onClick={() => void run()}>{confirm}</Button>
      </>
    }>
      <div class="ui-stack">
        {children}
        {error !== null && <Banner kind="bad">{error}</Banner>}
      </div>
    </Dialog>
  );
}
