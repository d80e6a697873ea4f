// Before the room: name, picture, microphone and loudspeaker check, listen or speak, consent. Joining to listen is always
// possible, whatever the devices do.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { ConferenceBrief } from "../app/entry";
import { loadChoices, saveChoices, speakerChoiceSupported, type Choices } from "../engine/devices";
import { audioContext } from "../engine/level";
import type { Consent, Mode } from "../engine/protocol";
import { t } from "../i18n";
import { Button, ToggleButton } from "../ui/button";
import { Avatar, Banner, LevelMeter } from "../ui/display";
import { Field, RadioCards, TextInput } from "../ui/field";
import { Page } from "../ui/page";
import { announce, dismissAll } from "../ui/toast";
import { DevicePicker, SpeakerTest, useDevices } from "./device_pickers";
import { Countdown, useOpening, type Opening } from "./opening";
import { DeviceHelp } from "./permission_help";
import "./prejoin.css";
import { Preview } from "./preview";
import { LocalVideo } from "./slot_video";

export interface JoinRequest {
  name: string;
  consent: Consent;
  mode: Mode;
  mic: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  micOn: boolean;
  cameraOn: boolean;
  choices: Choices;
}

export interface PrejoinProps {
  conference: ConferenceBrief;
  /** A personal link knows the name; so does the organiser's own entry. */
  name: string | null;
  moderator: boolean;
  /** Will wait before the door until a moderator lets in. */
  lobby: boolean;
  /** Not open yet: when it will be. */
  opening: Opening | null;
  /** Resolves when joined; a refusal is shown by the caller on a page of its own. */
  onJoin: (request: JoinRequest) => Promise<void>;
}

export function Prejoin({ conference, name: givenName, moderator, lobby, opening, onJoin }: PrejoinProps) {
  const [choices, setChoices] = useState<Choices>(loadChoices);
  const [name, setName] = useState(givenName ?? choices.name);
  const [nameMissing, setNameMissing] = useState(false);
  const listener = conference.start_as === "listener" && !moderator;
  const [mode, setMode] = useState<Mode>(listener || choices.listenOnly ? "listen" : "speak");
  const [consent, setConsent] = useState<Consent>(null);
  const [consentMissing, setConsentMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [byItself, setByItself] = useState(true);
  const preview = useMemo(() => new Preview(), []);
  const choose = (change: Partial<Choices>): void => setChoices(saveChoices(change));
  const mic = preview.mic.value;
  const camera = preview.camera.value;
  const devices = useDevices(`${mic?.id ?? ""}${camera?.id ?? ""}`);
  const speaks = mode === "speak";
  const left = useOpening(opening, () => {
    announce(t("opening.open_now"));
    if (byItself && name.trim() !== "" && !(conference.record && consent === null)) void submit();
  });

  useEffect(() => () => preview.close(), [preview]);
  useEffect(dismissAll, []);
  useEffect(() => {
    if (speaks) void preview.openMic(choices.micId);
    else preview.closeMic();
  }, [speaks, choices.micId]);
  useEffect(() => {
    if (speaks && choices.cameraOn) void preview.openCamera(choices.cameraId);
    else preview.closeCamera();
  }, [speaks, choices.cameraOn, choices.cameraId]);

  const submit = async (): Promise<void> => {
    const clean = name.trim().replace(/\s+/g, " ");
    const noConsent = conference.record && consent === null;
    setNameMissing(clean === "");
    setConsentMissing(noConsent);
    if (clean === "" || noConsent || busy || left > 0) {
      document.getElementById(clean === "" ? "prejoin-name" : "prejoin-consent")?.focus();
      return;
    }
    setBusy(true);
    audioContext(); // inside the press, so that sound may play
    choose({ name: clean, listenOnly: listener ? choices.listenOnly : !speaks });
    // Without a microphone one still joins: listening, and able to turn it on later.
    const given = preview.handOver();
    const micOn = speaks && given.mic !== null && choices.micOn;
    await onJoin({
      name: clean, consent: conference.record ? consent : null, mode, mic: given.mic, camera: given.camera,
      micOn, cameraOn: speaks && given.camera !== null, choices,
    });
  };

  const micProblem = preview.micProblem.value;
  const cameraProblem = preview.cameraProblem.value;
  const canSpeak = speaks && mic !== null;
  return (
    <Page title={t(left > 0 ? "early.page" : "prejoin.page")} class="prejoin">
      <form class="prejoin-form" noValidate onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}>
        <h1>{t("prejoin.heading", { title: conference.title })}</h1>
        <div class="prejoin-columns">
          <section class="prejoin-look theme-dark" aria-label={t("prejoin.preview")}>
            {camera !== null ? <LocalVideo track={camera} mirrored={choices.mirrorSelf} label={t("prejoin.preview")} /> : (
              <div class="prejoin-off">
                <Avatar name={name.trim() === "" ? "?" : name} size="96px" />
                <p>{preview.starting.value ? t("prejoin.camera_starting") : t("prejoin.camera_is_off")}</p>
                {!preview.starting.value && speaks && <p class="ui-small ui-muted">{t("prejoin.camera_off_hint")}</p>}
              </div>
            )}
            {!listener && (
              <div class="prejoin-switches">
                <ToggleButton icon="mic-off" iconPressed="mic" size="large" variant="plain" label={t("bar.mic")} tip={t("bar.mic_on")} tipPressed={t("bar.mic_off")} class={speaks && choices.micOn && mic !== null ? "" : "is-off"}
                  pressed={speaks && choices.micOn && mic !== null} disabled={!speaks || mic === null} onClick={() => choose({ micOn: !choices.micOn })} data-testid="prejoin-mic" />
                <ToggleButton icon="camera-off" iconPressed="camera" size="large" variant="plain" label={t("bar.camera")} tip={t("bar.camera_on")} tipPressed={t("bar.camera_off")} class={camera !== null ? "" : "is-off"}
                  pressed={camera !== null} disabled={!speaks} onClick={() => choose({ cameraOn: !choices.cameraOn })} data-testid="prejoin-camera" />
              </div>
            )}
          </section>
          <details class="prejoin-devices" open={speaks}>
            <summary>{t("prejoin.devices")}</summary>
            <div class="ui-stack">
              {speaks && (
                <>
                  <DevicePicker label={t("prejoin.mic")} devices={devices.mics} value={choices.micId} onChange={(micId) => choose({ micId })} />
                  {mic !== null && <div><LevelMeter level={preview.level.value} label={t("prejoin.level")} /><p class="ui-small ui-muted">{t("prejoin.level_hint")}</p></div>}
                  <DevicePicker label={t("prejoin.camera")} devices={devices.cameras} value={choices.cameraId} onChange={(cameraId) => choose({ cameraId })} />
                </>
              )}
              <div class="prejoin-speaker">
                {speakerChoiceSupported() && <DevicePicker label={t("prejoin.speaker")} devices={devices.speakers} value={choices.speakerId} onChange={(speakerId) => choose({ speakerId })} />}
                <SpeakerTest speakerId={choices.speakerId} />
              </div>
            </div>
          </details>
          <div class="prejoin-choices ui-stack">
            {opening !== null && left > 0 && <Countdown title={conference.title} opening={opening} left={left} byItself={byItself} onByItself={setByItself} />}
            {opening !== null && left === 0 && <Banner icon="check">{t("opening.open_now")}</Banner>}
            <Field id="prejoin-name" label={t("prejoin.name")} hint={t("prejoin.name_hint")} error={nameMissing ? t("prejoin.name_missing") : null}>
              <TextInput value={name} maxLength={60} autocomplete="name" required onInput={(value) => {
                setName(value);
                setNameMissing(false);
              }} data-testid="name" />
            </Field>
            {lobby && <Banner icon="door">{t("lobby.ahead")}</Banner>}
            {listener ? <Banner icon="headphones">{t("prejoin.listener_note")}</Banner> : (
              <RadioCards legend={t("prejoin.mode")} name="mode" value={mode} onChange={setMode} options={[
                { value: "speak", label: t("prejoin.mode_speak"), hint: t("prejoin.mode_speak_hint"), icon: "mic" },
                { value: "listen", label: t("prejoin.mode_listen"), hint: t("prejoin.mode_listen_hint"), icon: "headphones" },
              ]} />
            )}
            {speaks && micProblem !== null && (
              <>
                <DeviceHelp kind={cameraProblem !== null ? "both" : "mic"} problem={micProblem} again={() => {
                  void preview.openMic(choices.micId);
                  if (choices.cameraOn) void preview.openCamera(choices.cameraId);
                }} />
                <p class="ui-muted ui-small">{t("help.listen")}</p>
              </>
            )}
            {speaks && micProblem === null && cameraProblem !== null && <DeviceHelp kind="camera" problem={cameraProblem} again={() => void preview.openCamera(choices.cameraId)} />}
            {conference.record && (
              <div class="prejoin-consent" id="prejoin-consent" tabIndex={-1} data-testid="consent">
                <Banner kind="warn" icon="record" title={t("prejoin.record_title")}><p>{t("prejoin.record_text")}</p></Banner>
                <RadioCards legend={t("prejoin.consent")} name="consent" value={consent ?? ""} onChange={(value) => {
                  setConsent(value === "" ? null : value);
                  setConsentMissing(false);
                }} options={[
                  { value: "yes", label: t("prejoin.consent_yes") },
                  { value: "no", label: t("prejoin.consent_no"), hint: t("prejoin.consent_no_hint") },
                ]} />
                {consentMissing && <p class="ui-field-error" role="alert">{t("prejoin.consent_missing")}</p>}
              </div>
            )}
            <Button type="submit" variant="primary" size="large" full busy={busy} disabled={left > 0} data-testid="join">{canSpeak ? t("prejoin.join") : t("prejoin.join_listen")}</Button>
          </div>
        </div>
      </form>
    </Page>
  );
}
