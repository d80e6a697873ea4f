// Our own microphone, camera and screen: the tracks, and which device they come from. Whether they may be sent is the
// server's answer, asked by Conference; here they are opened, replaced and stopped.

import { signal, type Signal } from "@preact/signals";
import { DeviceError, openCamera, openMic, openScreen, type Facing } from "./devices";
import { meter } from "./level";

const SPEAKS = 0.5;
const SPEAKS_FOR_TICKS = 12;
const SILENT_TICKS = 200;

export interface LocalHandlers {
  /** A device or the share ended by itself (unplugged, "stop sharing" pressed in the browser). */
  onEnded(kind: "mic" | "camera" | "screen"): void;
  /** Sound at the microphone for more than half a second; the caller knows whether it is muted. */
  onVoice(): void;
  /** Nothing at all came from an open microphone for ten seconds. */
  onSilence(): void;
}

export class LocalMedia {
  readonly mic: Signal<MediaStreamTrack | null> = signal(null);
  readonly camera: Signal<MediaStreamTrack | null> = signal(null);
  readonly screen: Signal<MediaStreamTrack | null> = signal(null);
  readonly screenAudio: Signal<MediaStreamTrack | null> = signal(null);
  readonly micLevel: Signal<number> = signal(0);
  readonly #handlers: LocalHandlers;
  #facing: Facing = "user";
  #stopMeter: (() => void) | null = null;
  #closed = false;

  constructor(handlers: LocalHandlers) {
    this.#handlers = handlers;
  }

  get facing(): Facing {
    return this.#facing;
  }

  /** Takes over a track that the pre-join page opened. */
  adopt(mic: MediaStreamTrack | null, camera: MediaStreamTrack | null): void {
    if (mic !== null && mic.readyState === "live") this.#setMic(mic);
    if (camera !== null && camera.readyState === "live") this.#setCamera(camera);
  }

  /** The open microphone, or a newly opened one. Throws DeviceError. */
  async needMic(deviceId: string | null): Promise<MediaStreamTrack> {
    const open = this.mic.value;
    if (open !== null && open.readyState === "live") return open;
    return this.changeMic(deviceId);
  }

  async changeMic(deviceId: string | null): Promise<MediaStreamTrack> {
    const track = await openMic(deviceId);
    this.#refuseIfClosed(track);
    this.#setMic(track);
    return track;
  }

  async needCamera(deviceId: string | null): Promise<MediaStreamTrack> {
    const open = this.camera.value;
    if (open !== null && open.readyState === "live") return open;
    return this.changeCamera(deviceId);
  }

  async changeCamera(deviceId: string | null, facing?: Facing): Promise<MediaStreamTrack> {
    // Phones open one camera at a time: the old one is let go first.
    if (facing !== undefined) this.stopCamera();
    const track = await openCamera(deviceId, facing);
    this.#refuseIfClosed(track);
    if (facing !== undefined) this.#facing = facing;
    this.#setCamera(track);
    return track;
  }

  async openScreen(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | null }> {
    const share = await openScreen();
    this.#refuseIfClosed(share.video, share.audio);
    this.stopScreen();
    this.screen.value = share.video;
    this.screenAudio.value = share.audio;
    share.video.addEventListener("ended", () => {
      if (this.screen.value === share.video) this.#handlers.onEnded("screen");
    });
    return share;
  }

  stopMic(): void {
    this.#stopMeter?.();
    this.#stopMeter = null;
    this.mic.value?.stop();
    this.mic.value = null;
    this.micLevel.value = 0;
  }

  stopCamera(): void {
    this.camera.value?.stop();
    this.camera.value = null;
  }

  stopScreen(): void {
    this.screen.value?.stop();
    this.screenAudio.value?.stop();
    this.screen.value = null;
    this.screenAudio.value = null;
  }

  close(): void {
    this.#closed = true;
    this.stopMic();
    this.stopCamera();
    this.stopScreen();
  }

  /** Somebody left while the browser still asked for the permission: what it opens then is let go at once. */
  #refuseIfClosed(...tracks: (MediaStreamTrack | null)[]): void {
    if (!this.#closed) return;
    for (const track of tracks) track?.stop();
    throw new DeviceError("dismissed", null);
  }

  #setMic(track: MediaStreamTrack): void {
    const enabled = this.mic.value?.enabled ?? true;
    this.stopMic();
    track.enabled = enabled;
    this.mic.value = track;
    track.addEventListener("ended", () => {
      if (this.mic.value === track) this.#handlers.onEnded("mic");
    });
    this.#listen(track);
  }

  #setCamera(track: MediaStreamTrack): void {
    this.stopCamera();
    this.camera.value = track;
    track.addEventListener("ended", () => {
      if (this.camera.value === track) this.#handlers.onEnded("camera");
    });
  }

  #listen(track: MediaStreamTrack): void {
    let loud = 0;
    let silent = 0;
    this.#stopMeter = meter(track, (level) => {
      if (Math.abs(level - this.micLevel.peek()) > 0.02) this.micLevel.value = level;
      loud = level > SPEAKS ? loud + 1 : Math.max(0, loud - 1);
      if (loud >= SPEAKS_FOR_TICKS) {
        loud = 0;
        this.#handlers.onVoice();
      }
      silent = level === 0 ? silent + 1 : 0;
      if (silent === SILENT_TICKS) this.#handlers.onSilence();
    });
  }
}
