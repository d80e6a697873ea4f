// What one needs (E0-5), which browser is preferred on this device (E2-109), and the way to the help (E2-110).
import { topicOfDevice } from "../help/topics";
import { t } from "../i18n";
import { Icon } from "../ui/icon";

export function ConnectNotice() {
  const device = topicOfDevice(navigator.userAgent, navigator.maxTouchPoints);
  return (
    <aside class="portal-notice" aria-label={t("guide.before")}>
      <p><Icon name="info" size={18} /> {t("guide.needs")} {t(`guide.prefer.${device}`)}</p>
      <a href="/help">{t("guide.problem")}</a>
    </aside>
  );
}
