// The frame of every page outside the room.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Mark } from "./icon";
import { LanguagePicker } from "./language_picker";
import "./page.css";

export interface PageProps {
  /** Document title and, unless `ownHeading`, nothing else. */
  title: string;
  nav?: ComponentChildren;
  /** Address of the brand link. */
  brandHref?: string;
  class?: string | undefined;
  children: ComponentChildren;
}

export function Page({ title, nav, brandHref = "/", class: cls, children }: PageProps) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t("ui.product")}`;
  }, [title]);
  return (
    <div class={cls === undefined ? "ui-page" : `ui-page ${cls}`}>
      <a class="skip-link" href="#main" onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>{t("ui.skip")}</a>
      <header class="ui-page-head">
        <a class="ui-brand" href={brandHref}><Mark size={34} />{t("ui.product")}</a>
        {nav !== undefined && <nav aria-label={t("ui.account_nav")}>{nav}</nav>}
      </header>
      <main class="ui-page-main" id="main" ref={main} tabIndex={-1}>{children}</main>
      <footer class="ui-page-foot">
        <p>{t("ui.footer")}</p>
        <LanguagePicker bare />
      </footer>
    </div>
  );
}
