// One tooltip for the whole page, in the top layer so that nothing clips it. Any element with `data-tip` has one;
// `data-tip-key` adds the shortcut. Shown on hover and keyboard focus, gone with Escape (WCAG 1.4.13).
import { useEffect, useRef } from "preact/hooks";
import { keepAt } from "./keep_at";

export function TooltipLayer() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tip = ref.current;
    if (!tip) return;
    let owner: HTMLElement | null = null;
    let timer = 0;
    let letGo = () => {};
    const hide = () => {
      clearTimeout(timer);
      letGo();
      owner = null;
      if (tip.matches(":popover-open")) tip.hidePopover();
    };
    const show = (target: HTMLElement, delay: number) => {
      if (target === owner) return;
      hide();
      owner = target;
      timer = window.setTimeout(() => {
        if (!target.isConnected) return;
        tip.textContent = target.dataset["tip"] ?? "";
        const key = target.dataset["tipKey"];
        if (key) {
          const k = document.createElement("kbd");
          k.textContent = key;
          tip.append(k);
        }
        tip.showPopover();
        const side = target.getBoundingClientRect().top > innerHeight / 2 ? "above" : "below";
        letGo = keepAt(tip, () => (target.isConnected ? target : null), side, "center");
      }, delay);
    };
    const of = (event: Event) => (event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null);
    const over = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      const target = of(event);
      if (target) show(target, 350);
      else hide();
    };
    const focus = (event: FocusEvent) => {
      const target = of(event);
      if (target?.matches(":focus-visible")) show(target, 80);
    };
    const key = (event: KeyboardEvent) => event.key === "Escape" && hide();
    document.addEventListener("pointerover", over);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", hide);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("keydown", key);
    return () => {
      hide();
      document.removeEventListener("pointerover", over);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("keydown", key);
    };
  }, []);
  return <div ref={ref} class="ui-tooltip" popover="manual" aria-hidden="true" />;
}
