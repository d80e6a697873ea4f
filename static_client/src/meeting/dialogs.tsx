// The dialogs of the room: leaving, removing somebody, muting all, settings, connection, shortcuts, recording, consent.

import { useEffect, useState } from "preact/hooks";
import { summarise, type LinkStats } from "../engine/stats";
import { formatList, t } from "../i18n";
import { Button } from "../ui/button";
import { Checkbox, Switch } from "../ui/field";
import { ConfirmDialog, Dialog } from "../ui/dialog";
import { Kbd, NetworkBars } from "../ui/display";
import { LanguagePicker } from "../ui/language_picker";
import { CameraChoices, MicChoices } from "./device_pickers";
import { InvitationDialog } from "./invitation";
import { moderate } from "./person_menu";
import { PromotionDialog } from "./promotion";
import { KEYS } from "./shortcuts";
import { useRoom } from "./ui_state";

export function Dialogs() {
  return (
    <>
      <LeaveDialog />
      <PersonConfirm />
      <MuteAllDialog />
      <SettingsDialog />
      <ConnectionDialog />
      <ShortcutsDialog />
      <RecordDialog />
      <WhoRecordsDialog />
      <ConsentDialog />
      <AskedDialog />
      <InvitationDialog />
      <PromotionDialog />
    </>
  );
}

function LeaveDialog() {
  const ui = useRoom();
  const me = ui.conference.me.value;
  const close = (): void => {
    ui.dialog.value = null;
  };
  return (
    <Dialog data-testid="dialog-leave" open={ui.dialog.value === "leave"} title={t("leave.title")} size={me?.moderator === true ? "medium" : "small"} onClose={close} actions={
      <>
        <Button onClick={close}>{t("leave.stay")}</Button>
        {me?.moderator === true && (
          <Button variant="danger-quiet" data-testid="end-for-all" onClick={() => {
            close();
            void ui.attempt(() => ui.conference.endForAll());
          }}>{t("leave.end")}</Button>
        )}
        <Button variant="danger" icon="leave" autoFocus data-testid="leave-now" onClick={() => void ui.conference.leave()}>{t("leave.do")}</Button>
      </>
    }>
      <p>{t("leave.text")}</p>
      {me?.moderator === true && <p class="ui-muted">{t("leave.end_text")}</p>}
    </Dialog>
  );
}

function PersonConfirm() {
  const ui = useRoom();
  const what = ui.personDialog.value;
  if (what === null) return null;
  const { act, id, name } = what;
  return (
    <ConfirmDialog data-testid="dialog-person" open danger title={t(`act.${act}_title`, { name })} confirm={t(`act.${act}_do`)}
      onConfirm={async () => void (await moderate(ui, act, id))} onClose={() => (ui.personDialog.value = null)}>
      <p>{t(`act.${act}_text`, { name })}</p>
    </ConfirmDialog>
  );
}

function MuteAllDialog() {
  const ui = useRoom();
  const [hold, setHold] = useState(false);
  return (
    <ConfirmDialog data-testid="dialog-mute-all" open={ui.dialog.value === "mute_all"} title={t("people.mute_all_title")} confirm={t("people.mute_all_do")}
      onConfirm={async () => void (await moderate(ui, "mute", null, hold))} onClose={() => (ui.dialog.value = null)}>
      <p>{t("people.mute_all_text")}</p>
      <Checkbox label={t("people.mute_all_hold")} checked={hold} onChange={setHold} />
    </ConfirmDialog>
  );
}

function SettingsDialog() {
  const ui = useRoom();
  const choices = ui.choices.value;
  const recorded = ui.conference.room.value?.recording.wanted === true;
  const consent = ui.conference.me.value?.consent;
  const close = (): void => {
    ui.dialog.value = null;
  };
  return (
    <Dialog data-testid="dialog-settings" open={ui.dialog.value === "settings"} title={t("settings.title")} onClose={close} actions={<Button variant="primary" onClick={close}>{t("settings.done")}</Button>}>
      <div class="ui-stack">
        <MicChoices conference={ui.conference} choices={choices} choose={(change) => ui.choose(change)} />
        <CameraChoices conference={ui.conference} choices={choices} choose={(change) => ui.choose(change)} />
        <Switch label={t("settings.mirror")} checked={choices.mirrorSelf} onChange={(mirrorSelf) => ui.choose({ mirrorSelf })} />
        <Switch label={t("settings.hide_self")} checked={choices.hideSelf} onChange={(hideSelf) => ui.choose({ hideSelf })} />
        {recorded && <Switch label={t("settings.consent")} hint={t("settings.consent_hint")} checked={consent === "yes"} onChange={(yes) => void ui.attempt(() => ui.conference.answerConsent(yes ? "yes" : "no"))} />}
        <Switch label={t("settings.chimes")} hint={t("settings.chimes_hint")} checked={choices.chimes} onChange={(chimes) => ui.choose({ chimes })} />
        <Switch label={t("settings.shortcuts")} hint={t("settings.shortcuts_hint")} checked={choices.shortcuts} onChange={(shortcuts) => ui.choose({ shortcuts })} />
        <LanguagePicker />
      </div>
    </Dialog>
  );
}

interface Rates {
  stats: LinkStats;
  sentKbps: number;
  receivedKbps: number;
}

function ConnectionDialog() {
  const ui = useRoom();
  const open = ui.dialog.value === "connection";
  const [rates, setRates] = useState<Rates | null>(null);
  useEffect(() => {
    if (!open) return;
    let last: LinkStats | null = null;
    const read = async (): Promise<void> => {
      const report = await ui.conference.stats();
      if (report === null) return;
      const stats = summarise(report as unknown as Iterable<[string, Record<string, unknown>]>);
      const total = (lines: LinkStats["receive"]): number => lines.reduce((sum, line) => sum + line.bytes, 0);
      const before = last;
      const seconds = before === null ? 0 : (stats.at - before.at) / 1000;
      const rate = (now: number, then: number): number => (seconds > 0 ? Math.max(0, Math.round(((now - then) * 8) / 1000 / seconds)) : 0);
      setRates({
        stats,
        sentKbps: before === null ? 0 : rate(total(stats.send), total(before.send)),
        receivedKbps: before === null ? 0 : rate(total(stats.receive), total(before.receive)),
      });
      last = stats;
    };
    void read();
    const timer = setInterval(() => void read(), 1500);
    return () => clearInterval(timer);
  }, [open]);
  const me = ui.conference.me.value;
  const lost = ui.conference.media.value !== "connected";
  const quality = lost ? 0 : ((me === undefined ? undefined : ui.conference.quality.value.get(me.number)) ?? 3);
  const step = String(Math.min(3, Math.max(0, quality))) as "0" | "1" | "2" | "3";
  return (
    <Dialog data-testid="dialog-connection" open={open} title={t("conn.title")} size="small" onClose={() => (ui.dialog.value = null)}>
      <div class="ui-stack">
        <p class="ui-row"><NetworkBars quality={quality} label={t(`badge.network_${step}`)} /> <strong>{t(`badge.network_${step}`)}</strong></p>
        <p>{t(`conn.advice_${step}`)}</p>
        <dl class="room-facts">
          <dt>{t("conn.round_trip")}</dt>
          <dd class="ui-num">{rates?.stats.roundTripMs == null ? t("conn.unknown") : t("conn.ms", { ms: Math.round(rates.stats.roundTripMs) })}</dd>
          <dt>{t("conn.sent")}</dt>
          <dd class="ui-num">{t("conn.kbps", { kbps: rates?.sentKbps ?? 0 })}</dd>
          <dt>{t("conn.received")}</dt>
          <dd class="ui-num">{t("conn.kbps", { kbps: rates?.receivedKbps ?? 0 })}</dd>
        </dl>
      </div>
    </Dialog>
  );
}

function ShortcutsDialog() {
  const ui = useRoom();
  return (
    <Dialog data-testid="dialog-shortcuts" open={ui.dialog.value === "shortcuts"} title={t("keys.title")} size="small" onClose={() => (ui.dialog.value = null)}>
      <div class="ui-stack">
        {!ui.choices.value.shortcuts && <p class="ui-muted">{t("keys.off")}</p>}
        <dl class="room-facts">
          {Object.entries(KEYS).map(([key, what]) => [<dt key={`${key}-t`}><Kbd>{key.toUpperCase()}</Kbd></dt>, <dd key={key}>{t(`keys.${what}`)}</dd>])}
          <dt><Kbd>{t("keys.space")}</Kbd></dt>
          <dd>{t("keys.talk")}</dd>
        </dl>
        <Switch label={t("settings.shortcuts")} checked={ui.choices.value.shortcuts} onChange={(shortcuts) => ui.choose({ shortcuts })} />
      </div>
    </Dialog>
  );
}

/** Ticking the recording in the room: everybody is asked. */
function RecordDialog() {
  const ui = useRoom();
  return (
    <ConfirmDialog data-testid="dialog-record" open={ui.dialog.value === "record"} title={t("rec.request_title")} confirm={t("rec.request_do")}
      onConfirm={async () => void (await ui.attempt(() => ui.conference.act("recording", { action: "request" })))} onClose={() => (ui.dialog.value = null)}>
      <p>{t("rec.request_text")}</p>
    </ConfirmDialog>
  );
}

/** To moderators who are not the organiser: whom to ask. */
function WhoRecordsDialog() {
  const ui = useRoom();
  const here = [...(ui.conference.room.value?.participants.values() ?? [])].filter((one) => one.organiser && one.connected);
  const close = (): void => {
    ui.dialog.value = null;
  };
  return (
    <Dialog data-testid="dialog-who-records" open={ui.dialog.value === "who_records"} title={t("rec.who")} size="small" onClose={close} actions={<Button variant="primary" onClick={close}>{t("settings.done")}</Button>}>
      <div class="ui-stack">
        <p>{t("rec.who_text", { page: t("home.title"), button: t("conference.enter") })}</p>
        <p><strong>{here.length === 0 ? t("rec.who_nobody") : t("rec.who_here", { names: formatList(here.map((one) => one.name)) })}</strong></p>
      </div>
    </Dialog>
  );
}

function ConsentDialog() {
  const ui = useRoom();
  const room = ui.conference.room.value;
  const me = ui.conference.me.value;
  const open = room?.recording.wanted === true && me !== undefined && me.consent === null && ui.conference.link.value.kind === "joined";
  const answer = (consent: "yes" | "no") => () => void ui.attempt(() => ui.conference.answerConsent(consent));
  return (
    <Dialog data-testid="dialog-consent" open={open} title={t("rec.consent_title")} closable={false} onClose={() => undefined} actions={
      <>
        <Button onClick={answer("no")} data-testid="consent-no">{t("prejoin.consent_no")}</Button>
        <Button variant="primary" onClick={answer("yes")} data-testid="consent-yes">{t("prejoin.consent_yes")}</Button>
      </>
    }>
      <div class="ui-stack">
        <p>{t("prejoin.record_text")}</p>
        <p><strong>{t("prejoin.consent")}</strong></p>
        <p class="ui-muted">{t("prejoin.consent_no_hint")}</p>
      </div>
    </Dialog>
  );
}

/** Nobody is ever unmuted by somebody else: they are asked. */
function AskedDialog() {
  const ui = useRoom();
  const by = ui.asked.value;
  if (by === null) return null;
  const name = ui.conference.room.value?.participants.get(by)?.name ?? t("note.moderator");
  const close = (): void => {
    ui.asked.value = null;
  };
  return (
    <Dialog data-testid="dialog-asked" open title={t("ask.title", { name })} size="small" onClose={close} actions={
      <>
        <Button onClick={close}>{t("ask.no")}</Button>
        <Button variant="primary" icon="mic" autoFocus data-testid="ask-yes" onClick={() => {
          close();
          if (ui.conference.me.peek()?.mic.on !== true) void ui.toggleMic();
        }}>{t("ask.yes")}</Button>
      </>
    }>{null}</Dialog>
  );
}
