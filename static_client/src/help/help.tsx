// /help and /help/TOPIC (E0-19, E0-34, E0-35, H-43): the topic of the visitor's device first, the others as a list. Nobody
// needs to be signed in.
import { useEffect, useRef } from "preact/hooks";
import { Needs } from "../account/requirements";
import { t } from "../i18n";
import { StatusPage } from "../status/status";
import { Badge } from "../ui/display";
import { Page } from "../ui/page";
import "./help.css";
import { Text } from "./text";
import { textOf, topicOfDevice, TOPICS } from "./topics";

export default function Help({ topic = "" }: { topic?: string }) {
  const mine = topicOfDevice(navigator.userAgent, navigator.maxTouchPoints);
  const shown = topic === "" ? mine : TOPICS.find((one) => one === topic);
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(topic);
  useEffect(() => {
    // Another topic was chosen from the list: its text begins here.
    if (before.current !== topic) heading.current?.focus();
    before.current = topic;
  }, [topic]);
  if (shown === undefined) return <StatusPage code="not_found" />;
  const name = t(`guide.topic.${shown}`);
  return (
    <Page title={topic === "" ? t("nav.help") : `${name} · ${t("nav.help")}`}>
      <h1>{t("nav.help")}</h1>
      <div class="help-columns">
        <div class="help-main">
          <article class="ui-card help-text"><Text name={textOf(shown)} title={name} heading="h2" headingRef={heading} /></article>
          {shown === mine && (
            <section class="ui-card help-text" aria-labelledby="help-device">
              <h2 id="help-device">{t("guide.checked")}</h2>
              <Needs />
            </section>
          )}
        </div>
        <nav class="help-topics" aria-labelledby="help-topics">
          <h2 id="help-topics">{t("guide.topics")}</h2>
          <ul role="list">
            {TOPICS.map((one) => (
              <li key={one}>
                <a href={`/help/${one}`} aria-current={one === shown ? "page" : undefined}>
                  <span>{t(`guide.topic.${one}`)}</span>
                  {one === mine && <Badge>{t("guide.yours")}</Badge>}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </Page>
  );
}
