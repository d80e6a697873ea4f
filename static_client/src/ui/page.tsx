// The frame of every page outside the room.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { MainMenu } from "../portal/main_menu";
import { Mark } from "./icon";
import { LanguagePicker } from "./language_picker";
import "./page.css";

export interface PageProps {
  /** Document title and, unless `ownHeading`, nothing else. */
  title: string;
  /** At the door of a meeting that goes on: nothing leads away by a slip. */
  bare?: boolean;
  class?: string | undefined;
  children: ComponentChildren;
}

let first = true;

export function Page({ title, bare = false, class: cls, children }: PageProps) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t("ui.product")}`;
  }, [title]);
  useEffect(() => {
    // Another page without a reload: what was pressed is gone, so reading and tabbing go on at what is new.
    if (!first && document.activeElement === document.body) main.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <div class={cls === undefined ? "ui-page" : `ui-page ${cls}`}>
      <a class="skip-link" href="#main" onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>{t("ui.skip")}</a>
      <header class="ui-page-head">
        <a class="ui-brand" href="/"><Mark size={34} />{t("ui.product")}</a>
        {!bare && <MainMenu />}
      </header>
      <main class="ui-page-main" id="main" ref={main} tabIndex={-1}>{children}</main>
      <footer class="ui-page-foot">
        {!bare && (
          <nav aria-label={t("nav.about")}>
            <ul role="list">{FOOT.map(([href, label]) => <li key={href}><a href={href}>{t(label)}</a></li>)}</ul>
          </nav>
        )}
        <p>{t("ui.footer")}</p>
        <LanguagePicker bare />
      </footer>
    </div>
  );
}

const FOOT = [
  ["/help", "nav.help"],
  ["/contact", "nav.contact"],
  ["/terms", "adm.text.terms"],
  ["/privacy", "adm.text.privacy"],
  ["/security", "adm.text.security"],
] as const;
