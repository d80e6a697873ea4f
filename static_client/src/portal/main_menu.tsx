// The main menu in the head of every page outside the room (E2-84): the places, then the account or signing in. Where it
// is narrow, all of them are in one menu button.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { route } from "../app/router";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Menu } from "../ui/menu";
import { AccountMenu, accountItems, knowUser, user } from "./account";
import "./main_menu.css";
import { folds, placesOf, SIGN_IN, type Place } from "./menu_places";

export function MainMenu() {
  useEffect(knowUser, []);
  const who = user.value;
  const ref = useRef<HTMLDivElement>(null);
  const places = who === undefined ? [] : placesOf(who);
  const words = [...places.map((place) => t(place.label)), who ? "account" : `${t(SIGN_IN.label)}   `];
  const folded = useFolded(ref, words);
  const here = route.value.page;
  const current = (place: Place) => (place.pages.includes(here) ? "page" : undefined);
  const item = (place: Place) => ({ label: t(place.label), icon: place.icon, href: place.href, current: place.pages.includes(here) });
  return (
    <div class="main-menu" ref={ref}>
      {who === undefined ? null : folded ? (
        <Menu label={t("nav.menu")} trigger={{ icon: "menu", text: t("nav.menu"), variant: "plain" }} items={() => [
          ...places.map(item),
          ...(who === null ? [item(SIGN_IN)] : [{ separator: true as const }, ...accountItems(who)]),
        ]} />
      ) : (
        <>
          <nav aria-label={t("nav.main")}>
            <ul role="list">
              {places.map((place) => <li key={place.href}><a href={place.href} aria-current={current(place)}>{t(place.label)}</a></li>)}
              {who === null && <li><Button href={SIGN_IN.href} icon="key" aria-current={current(SIGN_IN)}>{t(SIGN_IN.label)}</Button></li>}
            </ul>
          </nav>
          {who !== null && <AccountMenu user={who} />}
        </>
      )}
    </div>
  );
}

/** Looks again when the place, the size of the text or the words change. */
function useFolded(ref: { current: HTMLElement | null }, words: readonly string[]): boolean {
  const [folded, setFolded] = useState(false);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const look = () => setFolded(folds(words, element.clientWidth / Number.parseFloat(getComputedStyle(element).fontSize)));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [words.join("\n")]);
  return folded;
}
