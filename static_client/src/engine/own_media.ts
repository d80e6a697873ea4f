// What we send ourselves: microphone, camera and screen on and off, their devices, and the switch between listening and
// speaking. The server's word about us is the truth; our tracks follow it.

import { signal, type Signal } from "@preact/signals";
import type { LocalMedia } from "./local_media";
import type { AnswerOf, Calls, Mode, Participant, UplinkPurpose } from "./protocol";

export type OwnKind = "mic" | "camera" | "screen";

export interface OwnMediaPorts {
  local: LocalMedia;
  me(): Participant | undefined;
  act<K extends keyof Calls>(name: K, payload: Calls[K]): Promise<AnswerOf<K>>;
  send(purpose: UplinkPurpose, track: MediaStreamTrack | null): Promise<void>;
  tell(notice: "mic_lost" | "camera_lost" | "share_ended"): void;
}

export class OwnMedia {
  /** Switched on before the server has confirmed: keeps buttons from flickering. */
  readonly busy: Signal<ReadonlySet<OwnKind>> = signal(new Set());
  readonly #ports: OwnMediaPorts;
  #micId: string | null;
  #cameraId: string | null;
  /** Muted here, the server's answer is still to come. */
  #muting = false;

  constructor(ports: OwnMediaPorts, micId: string | null, cameraId: string | null) {
    this.#ports = ports;
    this.#micId = micId;
    this.#cameraId = cameraId;
  }

  /** Microphone on or off. Off takes effect here at once, whatever the server answers. */
  async setMic(on: boolean): Promise<void> {
    if (!on) {
      const track = this.#ports.local.mic.peek();
      this.#muting = true;
      if (track !== null) track.enabled = false;
      try {
        // Said at once: the line may have to wait for an offer that is being worked on.
        await Promise.all([this.#ports.send("mic", null), this.#ports.act("mic", { on: false })]);
      } finally {
        this.#muting = false;
      }
      return;
    }
    await this.#during("mic", async () => {
      if (this.#ports.me()?.mode === "listen") await this.#ports.act("mode", { mode: "speak" });
      await this.#ports.local.needMic(this.#micId);
      await this.#ports.act("mic", { on: true });
    });
    await this.follow();
  }

  async setCamera(on: boolean): Promise<void> {
    if (!on) {
      await this.#ports.send("camera", null);
      this.#ports.local.stopCamera();
      await this.#ports.act("camera", { on: false });
      return;
    }
    await this.#during("camera", async () => {
      if (this.#ports.me()?.mode === "listen") await this.#ports.act("mode", { mode: "speak" });
      await this.#ports.local.needCamera(this.#cameraId);
      try {
        await this.#ports.act("camera", { on: true });
      } catch (error) {
        this.#ports.local.stopCamera();
        throw error;
      }
    });
    await this.follow();
  }

  async setScreen(on: boolean): Promise<void> {
    if (!on) {
      this.#ports.local.stopScreen();
      await Promise.all([this.#ports.send("screen", null), this.#ports.send("screen_audio", null)]);
      await this.#ports.act("screen", { on: false, audio: false });
      return;
    }
    await this.#during("screen", async () => {
      const share = await this.#ports.local.openScreen();
      try {
        await this.#ports.act("screen", { on: true, audio: share.audio !== null });
      } catch (error) {
        this.#ports.local.stopScreen();
        throw error;
      }
    });
    await this.follow();
  }

  /** Headphones or microphone (S-18, S-19): listening lets microphone and camera go. */
  async setMode(mode: Mode): Promise<void> {
    if (mode === "speak") {
      await this.#ports.act("mode", { mode });
      return;
    }
    // Off first: coming back to speak must not put anybody on the air without a press of their own.
    const me = this.#ports.me();
    if (me?.mic.on === true) await this.setMic(false);
    if (me?.camera.on === true) await this.setCamera(false);
    await this.#ports.act("mode", { mode });
    this.#ports.local.stopMic();
    this.#ports.local.stopCamera();
  }

  async chooseMic(deviceId: string | null): Promise<void> {
    this.#micId = deviceId;
    if (this.#ports.local.mic.peek() === null) return;
    await this.#ports.local.changeMic(deviceId);
    await this.follow();
  }

  async chooseCamera(deviceId: string | null): Promise<void> {
    this.#cameraId = deviceId;
    if (this.#ports.local.camera.peek() === null) return;
    await this.#ports.local.changeCamera(deviceId);
    await this.follow();
  }

  /** Front or back camera of a phone. */
  async flipCamera(): Promise<void> {
    await this.#ports.local.changeCamera(null, this.#ports.local.facing === "user" ? "environment" : "user");
    await this.follow();
  }

  /** After a reload of the page the devices that were on are opened again, if that needs no question. */
  async reopen(): Promise<void> {
    const me = this.#ports.me();
    if (me?.mic.on === true) await this.#ports.local.needMic(this.#micId).catch(() => this.setMic(false).catch(() => undefined));
    if (me?.camera.on === true) {
      await this.#ports.local.needCamera(this.#cameraId).catch(() => this.setCamera(false).catch(() => undefined));
    }
  }

  /** Our tracks follow what the server says about us. */
  async follow(): Promise<void> {
    const me = this.#ports.me();
    if (me === undefined) return;
    const mic = this.#ports.local.mic.peek();
    const sendMic = me.mic.on && me.mode === "speak" && mic !== null && !this.#muting;
    if (mic !== null) mic.enabled = sendMic;
    if (!me.camera.on && !this.busy.peek().has("camera")) this.#ports.local.stopCamera();
    if (!me.screen.on && !this.busy.peek().has("screen")) this.#ports.local.stopScreen();
    await Promise.all([
      this.#ports.send("mic", sendMic ? mic : null),
      this.#ports.send("camera", me.camera.on ? this.#ports.local.camera.peek() : null),
      this.#ports.send("screen", me.screen.on ? this.#ports.local.screen.peek() : null),
      this.#ports.send("screen_audio", me.screen.on ? this.#ports.local.screenAudio.peek() : null),
    ]);
  }

  async #during(what: "mic" | "camera" | "screen", run: () => Promise<void>): Promise<void> {
    if (this.busy.peek().has(what)) return;
    this.busy.value = new Set([...this.busy.peek(), what]);
    try {
      await run();
    } finally {
      this.busy.value = new Set([...this.busy.peek()].filter((one) => one !== what));
    }
  }

  async ended(kind: "mic" | "camera" | "screen"): Promise<void> {
    if (kind === "screen") {
      await this.setScreen(false).catch(() => undefined);
      this.#ports.tell("share_ended");
      return;
    }
    try {
      if (kind === "mic") await this.#ports.local.changeMic(null);
      else await this.#ports.local.changeCamera(null);
      await this.follow();
    } catch {
      await (kind === "mic" ? this.setMic(false) : this.setCamera(false)).catch(() => undefined);
    }
    this.#ports.tell(kind === "mic" ? "mic_lost" : "camera_lost");
  }
}
