// The invitation to speak or present (S-24) with the microphone check before it is accepted (S-25), and the hint what to do
// when done (S-26).

import { useEffect, useState } from "preact/hooks";
import { DeviceError, type DeviceProblem } from "../engine/devices";
import type { Promotion } from "../engine/protocol";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { LevelMeter } from "../ui/display";
import { Icon } from "../ui/icon";
import { DevicePicker, useDevices } from "./device_pickers";
import { DeviceHelp } from "./permission_help";
import { useRoom } from "./ui_state";

const HEARD = 0.3;

export function PromotionDialog() {
  const ui = useRoom();
  const promotion = ui.conference.me.value?.promotion ?? null;
  return promotion === null ? null : <Check key={`${promotion.by}-${promotion.role}`} promotion={promotion} />;
}

function Check({ promotion }: { promotion: Promotion }) {
  const ui = useRoom();
  const { conference } = ui;
  const [heard, setHeard] = useState(false);
  const [problem, setProblem] = useState<DeviceProblem | null>(null);
  const choices = ui.choices.value;
  const devices = useDevices(conference.local.mic.value);
  const level = conference.local.micLevel.value;
  const openMic = (id: string | null): void => {
    conference.local.needMic(id).then(() => setProblem(null)).catch((error: unknown) => setProblem(error instanceof DeviceError ? error.problem : "failed"));
  };
  useEffect(() => openMic(choices.micId), []);
  useEffect(() => {
    if (level > HEARD) setHeard(true);
  }, [level]);
  const answer = (accept: boolean) => async (): Promise<void> => {
    const done = await ui.attempt(() => conference.act("promotion_answer", { accept }));
    if (!done) return;
    if (accept && conference.me.peek()?.mic.held !== true) await ui.attempt(() => conference.own.setMic(true));
    else if (!accept && conference.me.peek()?.mic.on !== true) conference.local.stopMic();
  };
  const name = conference.room.value?.participants.get(promotion.by)?.name ?? t("note.moderator");
  return (
    <Dialog data-testid="dialog-promotion" open closable={false} title={t(promotion.role === "presenter" ? "promo.title_presenter" : "promo.title_speaker")} onClose={() => undefined} actions={
      <>
        <Button onClick={() => void answer(false)()} data-testid="promotion-decline">{t("promo.decline")}</Button>
        <Button variant={heard ? "primary" : "plain"} icon="mic" onClick={() => void answer(true)()} data-testid="promotion-accept">{heard ? t("promo.accept") : t("promo.accept_quiet")}</Button>
      </>
    }>
      <div class="ui-stack">
        <p>{t("promo.by", { name })}</p>
        <ul class="room-checklist">
          <li class={heard ? "is-done" : ""}>{t("promo.check_works")}</li>
          <li>{t("promo.check_install")}</li>
          <li>{t("promo.check_clear")}</li>
          <li>{t("promo.check_noise")}</li>
        </ul>
        {problem !== null
          ? <DeviceHelp kind="mic" problem={problem} again={() => openMic(choices.micId)} />
          : (
            <div class="ui-stack">
              <LevelMeter level={level} label={t("prejoin.level")} />
              <p class="ui-row" role="status"><Icon name={heard ? "check" : "mic"} size={18} /> {heard ? t("promo.heard") : t("promo.not_heard")}</p>
            </div>
          )}
        <DevicePicker label={t("prejoin.mic")} devices={devices.mics} value={choices.micId} onChange={(micId) => {
          ui.choose({ micId });
          setHeard(false);
          void conference.own.chooseMic(micId).catch((error: unknown) => setProblem(error instanceof DeviceError ? error.problem : "failed"));
        }} />
        <p class="ui-muted ui-small">{t("promo.after")}</p>
      </div>
    </Dialog>
  );
}
