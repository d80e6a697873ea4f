// What is needed to take part, and whether this device has it (E0-4 to E0-7): shown before an account is made. There is
// nothing to install; the browser is checked instead.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Badge, type Kind } from "../ui/display";
import { Icon, type IconName } from "../ui/icon";
import { Page } from "../ui/page";
import "./account.css";
import { deviceKind, type DeviceKind } from "./device";

type Found = boolean | null; // null: not known before the browser is allowed to look
interface Checks { browser: boolean; online: boolean; camera: Found; microphone: Found }

const icons: Readonly<Record<DeviceKind, IconName>> = { computer: "screen", tablet: "screen", phone: "phone" };

/** What can be found out without asking for permission. */
async function look(): Promise<Checks> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  const devices = await (media?.enumerateDevices() ?? Promise.resolve([])).catch(() => []);
  const has = (kind: MediaDeviceKind): Found => (devices.length === 0 ? null : devices.some((one) => one.kind === kind));
  return {
    browser: typeof RTCPeerConnection === "function" && media !== undefined && "replaceTrack" in RTCRtpSender.prototype,
    online: navigator.onLine,
    camera: has("videoinput"),
    microphone: has("audioinput"),
  };
}

/** The list, with what was found out about this device. */
export function Needs() {
  const [checks, setChecks] = useState<Checks | null>(null);
  useEffect(() => void look().then(setChecks), []);
  const device = deviceKind(navigator.userAgent, navigator.maxTouchPoints);
  const rows: [IconName, string, string, Found | undefined][] = [
    [icons[device], t("acc.need.device"), t(`acc.need.device_${device}`), checks?.browser],
    ["wifi", t("acc.need.internet"), t("acc.need.internet_text"), checks?.online],
    ["camera", t("acc.need.camera"), t("acc.need.camera_text"), checks?.camera],
    ["headphones", t("acc.need.sound"), t("acc.need.sound_text"), checks?.microphone],
  ];
  return (
    <>
      <ul class="account-rows" role="list">
        {rows.map(([icon, name, text, found]) => (
          <li key={name}>
            <Icon name={icon} size={24} />
            <div class="ui-grow"><strong>{name}</strong><p class="ui-muted ui-small">{text}</p></div>
            {found !== undefined && <Verdict found={found} />}
          </li>
        ))}
      </ul>
      {checks?.browser === false && <p>{t("acc.need.other_browser")}</p>}
    </>
  );
}

export function Requirements({ onContinue }: { onContinue: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Page title={t("acc.need.title")}>
      <div class="account-narrow account-wide">
        <h1 ref={heading} tabIndex={-1}>{t("acc.need.title")}</h1>
        <section class="ui-card">
          <p>{t("acc.need.text")}</p>
          <Needs />
          <Button variant="primary" full iconEnd="arrow-right" onClick={onContinue}>{t("acc.need.go")}</Button>
        </section>
      </div>
    </Page>
  );
}

function Verdict({ found }: { found: Found }) {
  const [kind, text]: [Kind, string] = found === null ? ["info", t("acc.need.later")] : found ? ["good", t("acc.need.found")] : ["warn", t("acc.need.missing")];
  return <Badge kind={kind} icon={found === true ? "check" : found === false ? "warning" : undefined}>{text}</Badge>;
}
