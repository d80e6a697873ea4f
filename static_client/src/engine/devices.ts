// Microphones, cameras and loudspeakers: what there is, what was chosen last time, and what a refusal means in plain
// words. Opens tracks; the caller stops them.

export interface DeviceLists {
  mics: MediaDeviceInfo[];
  cameras: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

export interface Choices {
  name: string;
  micId: string | null;
  cameraId: string | null;
  speakerId: string | null;
  micOn: boolean;
  /** False until somebody turned the camera on themselves once (S-27). */
  cameraOn: boolean;
  listenOnly: boolean;
  shortcuts: boolean;
  mirrorSelf: boolean;
  hideSelf: boolean;
  /** A tone when somebody knocks, and when one is let in. */
  chimes: boolean;
}

const KEY = "plenum.choices";
const DEFAULTS: Choices = {
  name: "", micId: null, cameraId: null, speakerId: null, micOn: true, cameraOn: false, listenOnly: false,
  shortcuts: true, mirrorSelf: true, hideSelf: false, chimes: true,
};

export function loadChoices(): Choices {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Choices>) };
  } catch {
    return { ...DEFAULTS };
  }
}

export function saveChoices(change: Partial<Choices>): Choices {
  const choices = { ...loadChoices(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Not remembered then.
  }
  return choices;
}

function devicesSupported(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

export function speakerChoiceSupported(): boolean {
  return typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;
}

export function screenShareSupported(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/** Labels are empty until a permission is given. */
export async function listDevices(): Promise<DeviceLists> {
  const lists: DeviceLists = { mics: [], cameras: [], speakers: [] };
  if (typeof navigator.mediaDevices?.enumerateDevices !== "function") return lists;
  for (const one of await navigator.mediaDevices.enumerateDevices()) {
    if (one.deviceId === "communications") continue; // Windows lists one microphone twice
    if (one.kind === "audioinput") lists.mics.push(one);
    else if (one.kind === "videoinput") lists.cameras.push(one);
    else if (one.kind === "audiooutput") lists.speakers.push(one);
  }
  return lists;
}

export function onDevicesChanged(run: () => void): () => void {
  const media = navigator.mediaDevices;
  if (media === undefined || typeof media.addEventListener !== "function") return () => undefined;
  media.addEventListener("devicechange", run);
  return () => media.removeEventListener("devicechange", run);
}

/** Why there is no microphone or camera. */
export type DeviceProblem = "denied" | "dismissed" | "missing" | "busy" | "insecure" | "unsupported" | "failed";

export class DeviceError extends Error {
  constructor(
    readonly problem: DeviceProblem,
    readonly cause_: unknown,
  ) {
    super(problem);
  }
}

export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const message = error instanceof Error ? error.message.toLowerCase() : "";
  switch (name) {
    case "NotAllowedError":
    case "PermissionDeniedError":
    case "SecurityError":
      return message.includes("dismissed") ? "dismissed" : "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (!devicesSupported()) throw new DeviceError(window.isSecureContext ? "unsupported" : "insecure", null);
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    throw new DeviceError(problemOf(error), error);
  }
}

/** A chosen device that was unplugged meanwhile must not keep anybody out: then any device is taken. */
async function openAny(first: MediaStreamConstraints, any: MediaStreamConstraints): Promise<MediaStream> {
  try {
    return await open(first);
  } catch (error) {
    if (error instanceof DeviceError && error.problem === "missing" && first !== any) return open(any);
    throw error;
  }
}

export async function openMic(deviceId: string | null): Promise<MediaStreamTrack> {
  const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const any = { audio: sound };
  const stream = await openAny(deviceId === null ? any : { audio: { ...sound, deviceId: { exact: deviceId } } }, any);
  const track = stream.getAudioTracks()[0];
  if (track === undefined) throw new DeviceError("missing", null);
  return track;
}

export type Facing = "user" | "environment";

export async function openCamera(deviceId: string | null, facing?: Facing): Promise<MediaStreamTrack> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
  const any = { video: facing === undefined ? size : { ...size, facingMode: facing } };
  const chosen = deviceId === null || facing !== undefined ? any : { video: { ...size, deviceId: { exact: deviceId } } };
  const stream = await openAny(chosen, any);
  const track = stream.getVideoTracks()[0];
  if (track === undefined) throw new DeviceError("missing", null);
  track.contentHint = "motion";
  return track;
}

/** Rejects with `dismissed` when the person closed the browser's picker. */
export async function openScreen(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | null }> {
  if (!screenShareSupported()) throw new DeviceError("unsupported", null);
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } },
      audio: true,
    });
  } catch (error) {
    const problem = problemOf(error);
    throw new DeviceError(problem === "denied" ? "dismissed" : problem, error);
  }
  const video = stream.getVideoTracks()[0];
  if (video === undefined) {
    for (const track of stream.getTracks()) track.stop();
    throw new DeviceError("missing", null);
  }
  video.contentHint = "detail";
  return { video, audio: stream.getAudioTracks()[0] ?? null };
}

export type BrowserFamily = "chromium" | "firefox" | "safari" | "ios" | "android" | "other";

/** Which help to show for a refused permission. Only words depend on it. */
export function browserFamily(agent: string): BrowserFamily {
  if (/iPhone|iPad|iPod/.test(agent)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrome\/|Chromium\/|Edg\//.test(agent)) return "chromium";
  if (/Safari\//.test(agent)) return "safari";
  return "other";
}
