// What was and will be sent about a conference: waiting, sent, failed; a failed one goes again on a press.
import { useEffect, useState } from "preact/hooks";
import { api } from "../app/api";
import { formatDateTime, maybe, t } from "../i18n";
import { Button } from "../ui/button";
import { Badge, Banner } from "../ui/display";
import { Pager } from "../ui/pager";
import { toast } from "../ui/toast";
import { sentence } from "./errors";
import { failureText } from "./failures";
import { pathOf, type Conference, type Message, type Paged } from "./types";

type Found = Paged<Message> & { delivery: { mail: "smtp" | "folder"; sms: "none" | "file" | "http" } };

export function Messages({ conference }: { conference: Conference }) {
  const [page, setPage] = useState(1);
  const [found, setFound] = useState<Found | null>(null);
  const path = `${pathOf(conference.id)}/messages`;
  const load = () => void api<Found>("GET", `${path}?page=${String(page)}`).then(setFound, () => undefined);
  useEffect(load, [page, conference]);
  if (found === null || found.total === 0) return null;
  const again = async (message: Message) => {
    try {
      await api("POST", `${path}/${String(message.id)}/retry`, {});
      load();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  return (
    <details class="portal-messages">
      <summary><h4>{t("messages.title", { count: found.total })}</h4></summary>
      {found.delivery.mail === "folder" && <Banner kind="warn">{t("messages.folder")}</Banner>}
      <ul role="list">
        {found.items.map((one) => (
          <li key={one.id}>
            <span class="ui-grow">
              <strong>{maybe(`messages.kind.${one.kind}`) ?? one.kind}</strong>{one.channel === "sms" && " · SMS"}
              {one.invitee !== null && <span> · {one.invitee.name}</span>}
              <span class="ui-small ui-muted ui-num"> · {formatDateTime(one.sent_at ?? one.due_at)}</span>
              {one.error !== null && (
                <span class="portal-message-failure ui-small">
                  {failureText(one.error)} {one.state === "waiting" && t("messages.again")} <span class="ui-muted">{t("messages.code", { code: one.error })}</span>
                </span>
              )}
            </span>
            <StateBadge state={one.state} written={["folder", "file"].includes(found.delivery[one.channel])} />
            {one.retry && <Button size="small" onClick={() => void again(one)}>{t("messages.retry")}</Button>}
          </li>
        ))}
      </ul>
      <Pager page={found.page} size={found.size} total={found.total} of={t("messages.title", { count: found.total })} onPage={setPage} />
    </details>
  );
}

/** `written`: what "was sent" lies in a folder of the server, and nobody has got it. */
function StateBadge({ state, written }: { state: Message["state"]; written: boolean }) {
  if (state === "sent" && written) return <Badge kind="warn">{t("messages.state.written")}</Badge>;
  return <Badge kind={state === "sent" ? "good" : state === "failed" ? "bad" : undefined}>{t(`messages.state.${state}`)}</Badge>;
}
