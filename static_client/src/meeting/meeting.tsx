// The way through a meeting: find the conference, ask for name and devices, join, be in the room, leave. Every refusal and
// every end is a status page.

import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { pendingEntry, type ConferenceBrief, type Entry, type JoinAnswer } from "../app/entry";
import { navigate } from "../app/router";
import { Conference } from "../engine/conference";
import { loadChoices } from "../engine/devices";
import { clearSession, loadSession, type StoredSession } from "../engine/session_store";
import { t } from "../i18n";
import { StatusPage, looks, type StatusCode } from "../status/status";
import { PageSpinner } from "../ui/display";
import type { Opening } from "./opening";
import { Prejoin, type JoinRequest } from "./prejoin";
import { Room } from "./room";
import { WaitingPage } from "./waiting";

interface CheckAnswer {
  conference: ConferenceBrief;
  moderator: boolean;
  name: string | null;
  lobby: boolean;
}

interface Before extends CheckAnswer { kind: "prejoin"; entry: Entry; opening: Opening | null }

type Phase =
  | { kind: "checking" }
  | Before
  | { kind: "room"; conference: Conference }
  | { kind: "over"; code: StatusCode; title?: string | undefined; actorName?: string | null | undefined; retryAfterS?: number | null | undefined; back: string; again: (() => void) | undefined };

export default function Meeting({ secret }: { secret?: string }) {
  const [phase, setPhase] = useState<Phase>({ kind: "checking" });
  const running = phase.kind === "room" ? phase.conference : null;

  useEffect(() => {
    // Joining took the secret out of the address: that is not a new way in.
    if (secret === undefined && running !== null && running.link.peek().kind !== "closed") return;
    let stale = false;
    const show = (next: Phase): void => {
      if (!stale) setPhase(next);
    };
    void begin(secret, show);
    return () => {
      stale = true;
    };
  }, [secret]);

  useEffect(() => {
    if (running === null) return;
    running.start();
    const handle = running.debug();
    Object.defineProperty(window, "__plenum", { value: handle, configurable: true });
    const online = (): void => running.hurry();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      void running.leave();
    };
  }, [running]);

  const early = phase.kind === "prejoin" && phase.opening !== null && phase.entry.kind !== "answer" ? phase.entry : null;
  useEffect(() => {
    if (early === null) return;
    // It may be put off, called off or opened sooner while the page counts down.
    const timer = setInterval(() => void checkAgain(early, setPhase), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [early]);

  const link = running?.link.value;
  if (running !== null && link?.kind === "closed") {
    const { back, answer } = running.options;
    const again = link.code === "replaced" ? () => void rejoin(setPhase) : undefined;
    return <StatusPage code={known(link.code)} title={answer.conference.title} actorName={link.actorName} backTo={back} retry={again} />;
  }
  switch (phase.kind) {
    case "checking":
      return <PageSpinner label={t("prejoin.checking")} />;
    case "prejoin":
      return (
        <Prejoin conference={phase.conference} name={phase.name} moderator={phase.moderator} lobby={phase.lobby} opening={phase.opening}
          onJoin={(request) => join(phase.entry, request, setPhase)} />
      );
    case "room":
      if (phase.conference.waiting.value !== null) return <WaitingPage conference={phase.conference} />;
      return <Room conference={phase.conference} />;
    case "over":
      return <StatusPage code={phase.code} title={phase.title} actorName={phase.actorName} retryAfterS={phase.retryAfterS} backTo={phase.back} retry={phase.again} />;
  }
}

type Show = (phase: Phase) => void;

const LOOK_AGAIN_MS = 60_000;

/** What the address and the memory of this tab mean: a reload in the room, a link, or an entry handed over by another page. */
async function begin(secret: string | undefined, show: Show): Promise<void> {
  const entry: Entry | null = secret === undefined ? pendingEntry.peek() : { kind: "link", link: secret };
  const stored = loadSession(Date.now());
  const back = secret === undefined ? "/room" : `/j/${encodeURIComponent(secret)}`;
  if (stored !== null && (entry === null || stored.back === back)) {
    show({ kind: "room", conference: returning(stored) });
    if (location.pathname !== "/room") navigate("/room", { replace: true });
    return;
  }
  if (entry === null) {
    navigate("/pin", { replace: true });
    return;
  }
  pendingEntry.value = null;
  await check(entry, show);
}

async function check(entry: Entry, show: Show): Promise<void> {
  show({ kind: "checking" });
  if (entry.kind === "answer") {
    const { conference, lobby } = entry.answer;
    show(before(entry, { conference, moderator: entry.act === "enter", lobby: lobby === true, name: entry.name }));
    return;
  }
  try {
    show(await asked(entry));
  } catch (error) {
    refused(error, entry, undefined, show);
  }
}

/** Quietly: what has been typed stays, and a network that is away for a moment is no matter. */
async function checkAgain(entry: Exclude<Entry, { kind: "answer" }>, show: (change: (phase: Phase) => Phase) => void): Promise<void> {
  const still = (next: Phase) => (phase: Phase): Phase => (phase.kind === "prejoin" && phase.entry === entry ? next : phase);
  try {
    const found = await asked(entry);
    show((phase) => {
      // Opened sooner than it was said: the countdown ends now, and what follows from that happens.
      const counted = phase.kind === "prejoin" ? phase.opening : null;
      const opening = found.opening ?? (counted === null ? null : { ...counted, opensAt: 0 });
      return still({ ...found, opening })(phase);
    });
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) refused(error, entry, undefined, (next) => show(still(next)));
  }
}

/** The pre-join page, counting down if it is too early. Throws what else is in the way. */
async function asked(entry: Exclude<Entry, { kind: "answer" }>): Promise<Before> {
  const body = entry.kind === "link" ? { link: entry.link } : { number: entry.number, pin: entry.pin };
  try {
    return before(entry, await api<CheckAnswer>("POST", "/api/join/check", body));
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "not_open_yet") throw error;
    const found = error.details as unknown as CheckAnswer & { opens_at: number; starts_at: number; now: number; time_zone: string };
    const opening = { opensAt: found.opens_at, startsAt: found.starts_at, zone: found.time_zone, offset: found.now - Date.now() };
    return before(entry, found, opening);
  }
}

function before(entry: Entry, { conference, moderator, name, lobby }: CheckAnswer, opening: Opening | null = null): Before {
  return { kind: "prejoin", entry, conference, moderator, name, lobby, opening };
}

async function join(entry: Entry, request: JoinRequest, show: Show): Promise<void> {
  let answer: JoinAnswer;
  try {
    if (entry.kind === "answer") {
      // Again, now with the name as it was typed, and with a token that has not aged on this page.
      answer = await api<JoinAnswer>("POST", `/api/conferences/${encodeURIComponent(entry.answer.conference.id)}/${entry.act}`, { name: request.name });
    } else {
      const by = entry.kind === "link" ? { link: entry.link } : { number: entry.number, pin: entry.pin };
      answer = await api<JoinAnswer>("POST", "/api/join", { ...by, name: request.name });
    }
  } catch (error) {
    request.mic?.stop();
    request.camera?.stop();
    refused(error, entry, undefined, show);
    return;
  }
  const conference = new Conference({
    answer, name: request.name, back: backOf(entry), consent: request.consent, mode: request.mode,
    mic: request.mic, camera: request.camera, micId: request.choices.micId, cameraId: request.choices.cameraId,
    micOn: request.micOn, cameraOn: request.cameraOn, phone: isPhone(),
  });
  // The secret leaves the address bar: it would be seen when the screen is shared.
  show({ kind: "room", conference });
  if (location.pathname !== "/room") navigate("/room", { replace: true });
}

function returning(stored: StoredSession): Conference {
  const choices = loadChoices();
  return new Conference({
    answer: { token: stored.token, expires_at: stored.expiresAt, participant: "", conference: stored.conference },
    name: stored.name, back: stored.back, consent: stored.consent, mode: stored.mode, mic: null, camera: null,
    micId: choices.micId, cameraId: choices.cameraId, micOn: stored.mic, cameraOn: stored.camera, phone: isPhone(),
    connection: stored.connection,
  });
}

function rejoin(show: Show): void {
  const stored = loadSession(Date.now());
  if (stored !== null) show({ kind: "room", conference: returning(stored) });
  else navigate("/", { replace: true });
}

function refused(error: unknown, entry: Entry, title: string | undefined, show: Show): void {
  clearSession();
  const failure = error instanceof ApiError ? error : new ApiError("internal", "", 0);
  if (failure.code === "not_open_yet" && entry.kind !== "answer") {
    void check(entry, show); // put off at the last moment
    return;
  }
  show({
    kind: "over", code: known(failure.code), title, retryAfterS: failure.retryAfterS, back: backOf(entry),
    again: () => void check(entry, show),
  });
}

function known(code: string): StatusCode {
  return Object.hasOwn(looks, code) ? (code as StatusCode) : "internal";
}

function backOf(entry: Entry): string {
  if (entry.kind === "link") return `/j/${encodeURIComponent(entry.link)}`;
  return entry.kind === "pin" ? "/pin" : "/home";
}

const isPhone = (): boolean => Math.min(window.innerWidth, window.innerHeight) < 600;
