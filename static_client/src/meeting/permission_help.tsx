// What to do when a microphone or camera cannot be used, in the words of this browser. Joining to listen is always possible.

import { browserFamily, type DeviceProblem } from "../engine/devices";
import { maybe, t } from "../i18n";
import { Button } from "../ui/button";
import { Banner } from "../ui/display";

export function DeviceHelp({ kind, problem, again }: { kind: "mic" | "camera" | "both"; problem: DeviceProblem; again?: () => void }) {
  const family = browserFamily(navigator.userAgent);
  const text = problem === "denied" ? maybe(`help.denied_${family}`) : maybe(`help.${problem}`);
  const hopeless = problem === "insecure" || problem === "unsupported";
  return (
    <Banner kind="warn" icon={kind === "camera" ? "camera-off" : "mic-off"} title={t(`help.${kind}_title`)}
      action={again !== undefined && !hopeless ? <Button size="small" onClick={again}>{t("help.again")}</Button> : undefined}>
      <p>{text ?? t("help.failed")}</p>
    </Banner>
  );
}
