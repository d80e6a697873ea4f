// The accessibility menu, bottom left on every page (E2-5). In the room, where the chat is there, it opens from the three dots.
import { signal } from "@preact/signals";
import { t } from "../i18n";
import { appearance, BRIGHTNESS, changeAppearance, isUsual, TEXT_SIZES, USUAL } from "./appearance";
import "./appearance.css";
import { Button, IconButton } from "./button";
import { Dialog } from "./dialog";
import { Slider } from "./field";

const open = signal(false);

export const openAppearance = (): void => {
  open.value = true;
};

export function AppearanceMenu() {
  return (
    <>
      <div class="ui-appearance">
        <IconButton icon="accessibility" label={t("appearance.title")} aria-haspopup="dialog" onClick={openAppearance} />
      </div>
      <Dialog open={open.value} title={t("appearance.title")} size="small" onClose={() => (open.value = false)} actions={
        <>
          <Button onClick={() => changeAppearance(USUAL)} disabled={isUsual(appearance.value)}>{t("appearance.reset")}</Button>
          <Button variant="primary" onClick={() => (open.value = false)}>{t("ui.close")}</Button>
        </>
      }>
        <Panel />
      </Dialog>
    </>
  );
}

function Panel() {
  const now = appearance.value;
  return (
    <div class="ui-stack">
      <Choices legend={t("appearance.text")} name="appearance-text" value={now.text} onChange={(text) => changeAppearance({ text })}
        options={TEXT_SIZES.map((size) => [size, t("appearance.percent", { percent: size })])} />
      <div class="ui-appearance-slider">
        <span aria-hidden="true"><span>{t("appearance.brightness")}</span><span class="ui-num">{t("appearance.percent", { percent: now.brightness })}</span></span>
        <Slider label={t("appearance.brightness")} value={now.brightness} {...BRIGHTNESS} valueText={t("appearance.percent", { percent: now.brightness })}
          onInput={(brightness) => changeAppearance({ brightness })} />
      </div>
      <Choices legend={t("appearance.contrast")} name="appearance-contrast" value={now.contrast} onChange={(contrast) => changeAppearance({ contrast })}
        options={[["normal", t("appearance.contrast.normal")], ["more", t("appearance.contrast.more")]]} />
      <Choices legend={t("appearance.theme")} name="appearance-theme" value={now.theme} onChange={(theme) => changeAppearance({ theme })}
        options={[["system", t("appearance.theme.system")], ["light", t("appearance.theme.light")], ["dark", t("appearance.theme.dark")]]} />
    </div>
  );
}

interface ChoicesProps<V extends string | number> {
  legend: string;
  name: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange: (value: V) => void;
}

function Choices<V extends string | number>({ legend, name, value, options, onChange }: ChoicesProps<V>) {
  return (
    <fieldset class="ui-choices">
      <legend>{legend}</legend>
      {options.map(([one, label]) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === value} onChange={() => onChange(one)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
