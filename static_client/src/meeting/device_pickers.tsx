// Lists of microphones, loudspeakers and cameras: the same before the room (own state) and in it (a running conference).

import { useEffect, useRef, useState } from "preact/hooks";
import type { Conference } from "../engine/conference";
import { listDevices, onDevicesChanged, speakerChoiceSupported, type Choices, type DeviceLists } from "../engine/devices";
import { testTones } from "../engine/level";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { LevelMeter } from "../ui/display";
import { Select } from "../ui/field";

/** The devices there are; read again when one is plugged in, and when `again` changes (labels come with permission). */
export function useDevices(again: unknown): DeviceLists {
  const [lists, setLists] = useState<DeviceLists>({ mics: [], cameras: [], speakers: [] });
  useEffect(() => {
    let stale = false;
    const read = (): void => {
      void listDevices().then((found) => {
        if (!stale) setLists(found);
      });
    };
    read();
    const stop = onDevicesChanged(read);
    return () => {
      stale = true;
      stop();
    };
  }, [again]);
  return lists;
}

export interface PickerProps {
  label: string;
  devices: readonly MediaDeviceInfo[];
  value: string | null;
  onChange: (id: string | null) => void;
  disabled?: boolean;
}

export function DevicePicker({ label, devices, value, onChange, disabled }: PickerProps) {
  const named = devices.filter((one) => one.deviceId !== "" && one.deviceId !== "default");
  const options = [
    { value: "", label: devices.length === 0 ? t("prejoin.no_device") : t("prejoin.default_device") },
    ...named.map((one, index) => ({ value: one.deviceId, label: one.label === "" ? t("prejoin.device_n", { n: index + 1 }) : one.label })),
  ];
  const known = value !== null && named.some((one) => one.deviceId === value) ? value : "";
  return <Select label={label} value={known} options={options} disabled={disabled} onChange={(id) => onChange(id === "" ? null : id)} />;
}

/** Plays tones through the chosen loudspeaker. */
export function SpeakerTest({ speakerId }: { speakerId: string | null }) {
  const [playing, setPlaying] = useState(false);
  const audio = useRef<HTMLAudioElement>(null);
  const play = async (): Promise<void> => {
    const stream = testTones();
    const element = audio.current;
    if (stream === null || element === null) return;
    setPlaying(true);
    if (speakerChoiceSupported()) await element.setSinkId(speakerId ?? "").catch(() => undefined);
    element.srcObject = stream;
    await element.play().catch(() => undefined);
    setTimeout(() => {
      element.srcObject = null;
      setPlaying(false);
    }, 1900);
  };
  return (
    <>
      <Button size="small" icon="volume" aria-disabled={playing} onClick={() => void (playing || play())}>{playing ? t("prejoin.speaker_playing") : t("prejoin.speaker_test")}</Button>
      <audio ref={audio} />
    </>
  );
}

interface InRoom {
  conference: Conference;
  choices: Choices;
  choose: (change: Partial<Choices>) => void;
}

export function MicChoices({ conference, choices, choose }: InRoom) {
  const devices = useDevices(conference.local.mic.value);
  const open = conference.local.mic.value !== null;
  return (
    <div class="ui-stack room-devices-list">
      <DevicePicker label={t("prejoin.mic")} devices={devices.mics} value={choices.micId}
        onChange={(micId) => {
          choose({ micId });
          void conference.own.chooseMic(micId).catch(() => undefined);
        }} />
      {open && <LevelMeter level={conference.local.micLevel.value} label={t("prejoin.level")} />}
      {speakerChoiceSupported() && <DevicePicker label={t("prejoin.speaker")} devices={devices.speakers} value={choices.speakerId} onChange={(speakerId) => choose({ speakerId })} />}
      <div><SpeakerTest speakerId={choices.speakerId} /></div>
    </div>
  );
}

export function CameraChoices({ conference, choices, choose }: InRoom) {
  const devices = useDevices(conference.local.camera.value);
  return (
    <div class="ui-stack room-devices-list">
      <DevicePicker label={t("prejoin.camera")} devices={devices.cameras} value={choices.cameraId}
        onChange={(cameraId) => {
          choose({ cameraId });
          void conference.own.chooseCamera(cameraId).catch(() => undefined);
        }} />
    </div>
  );
}
