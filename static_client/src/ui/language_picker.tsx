// The language of the pages, chosen from names in the languages themselves. Acts at once, everywhere, and is remembered.
import { useId } from "preact/hooks";
import { chooseLanguage, language, LANGUAGES, t } from "../i18n";
import "./controls.css";
import { Icon } from "./icon";

/** `bare`: the label is only for assistive technology, a globe stands for it. */
export function LanguagePicker({ bare = false }: { bare?: boolean }) {
  const id = useId();
  return (
    <div class={bare ? "ui-language" : "ui-field"}>
      <label class={bare ? "ui-language-label" : "ui-field-label"} for={id}>
        {bare && <Icon name="globe" size={18} />}
        <span class={bare ? "visually-hidden" : undefined}>{t("ui.language")}</span>
      </label>
      <span class="ui-select">
        <select id={id} class="ui-input" value={language.value} onChange={(event) => void chooseLanguage(event.currentTarget.value, { remember: true })}>
          {LANGUAGES.map(({ tag, name }) => <option key={tag} value={tag} lang={tag} selected={tag === language.value}>{name}</option>)}
        </select>
        <Icon name="chevron-down" size={18} />
      </span>
    </div>
  );
}
