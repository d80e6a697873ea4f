// Before the door: one's place, a word to the moderators, one's own picture. The room opens by itself when a moderator
// lets this person in.

import { useEffect, useRef, useState } from "preact/hooks";
import { chime } from "../engine/chime";
import type { Conference } from "../engine/conference";
import { loadChoices } from "../engine/devices";
import { t } from "../i18n";
import { Button } from "../ui/button";
import { Avatar, Banner, Spinner } from "../ui/display";
import { Field, TextArea } from "../ui/field";
import { Page } from "../ui/page";
import { announce, toast } from "../ui/toast";
import "./prejoin.css";
import { LocalVideo } from "./slot_video";
import { refusal } from "./ui_state";

const LONGEST = 300;

export function WaitingPage({ conference }: { conference: Conference }) {
  const place = conference.waiting.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const camera = conference.local.camera.value;
  const lost = conference.link.value.kind === "lost";
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => () => {
    // Taken down because the room opens, not because this person leaves.
    if (conference.room.peek() !== null && loadChoices().chimes) chime("admitted");
  }, [conference]);
  const position = place === null ? "" : t("lobby.position", { count: place.of, position: place.position });
  useEffect(() => {
    if (position !== "") announce(position);
  }, [position]);
  const text = place === null ? "" : t(place.attended ? "lobby.text" : "lobby.text_alone", { title: place.title });
  const said = useRef(text);
  useEffect(() => {
    // The first one is read with the page.
    if (text !== "" && said.current !== "" && text !== said.current) announce(text);
    said.current = text;
  }, [text]);
  if (place === null) return null;
  return (
    <Page title={t("lobby.page")} bare class="prejoin">
      <div class="lobby-wait" data-testid="lobby">
        <section class="prejoin-look theme-dark" aria-label={t("prejoin.preview")}>
          {camera !== null ? <LocalVideo track={camera} mirrored={loadChoices().mirrorSelf} label={t("prejoin.preview")} /> : (
            <div class="prejoin-off"><Avatar name={conference.options.name} size="96px" /><p>{t("prejoin.camera_is_off")}</p></div>
          )}
        </section>
        <div class="ui-stack">
          <h1 ref={heading} tabIndex={-1}>{t("lobby.title")}</h1>
          <p data-testid="lobby-text">{text}</p>
          {lost
            ? <Banner kind="warn" icon="wifi-off">{t("lobby.reconnecting")}</Banner>
            : <p class="lobby-place"><Spinner /><strong data-testid="lobby-place">{position}</strong></p>}
          <Message conference={conference} sent={place.message} />
          <Button icon="leave" onClick={() => void conference.leave()}>{t("lobby.leave")}</Button>
        </div>
      </div>
    </Page>
  );
}

function Message({ conference, sent }: { conference: Conference; sent: string }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const lost = conference.link.value.kind === "lost";
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (text.trim() === "" || busy) return;
    setBusy(true);
    try {
      await conference.act("lobby_message", { text: text.trim() });
      setText("");
    } catch (error) {
      toast({ text: refusal(error) ?? t("ui.failed"), kind: "bad", key: "refusal" });
    }
    setBusy(false);
  };
  return (
    <form class="ui-stack" onSubmit={(event) => void send(event)}>
      <Field label={t("lobby.message")} hint={t("lobby.message_hint")}>
        <TextArea value={text} rows={2} maxLength={LONGEST} onInput={setText} />
      </Field>
      <Button type="submit" busy={busy} disabled={lost || text.trim() === ""}>{t("lobby.message_send")}</Button>
      {sent !== "" && <Banner icon="check">{t("lobby.message_sent", { text: sent })}</Banner>}
    </form>
  );
}
