// The browsers that are signed in: told by their kind and times, never by an address.
import { api } from "../app/api";
import { formatDateTime, t } from "../i18n";
import { sentence } from "../portal/errors";
import { LoadFailed } from "../portal/load_failed";
import { Button } from "../ui/button";
import { Badge, PageSpinner } from "../ui/display";
import { Icon } from "../ui/icon";
import { toast } from "../ui/toast";
import type { BrowserSession } from "./types";
import { useLoaded } from "./use";

export function SessionsSection() {
  const sessions = useLoaded<{ sessions: BrowserSession[] }>("/api/account/sessions");
  if (sessions.error !== null) return <LoadFailed text={t("acc.load_failed")} detail={sessions.error} retry={sessions.reload} />;
  if (sessions.value === null) return <PageSpinner />;
  const all = sessions.value.sessions;
  const act = async (work: () => Promise<string>) => {
    try {
      toast({ text: await work() });
      sessions.reload();
    } catch (cause) {
      toast({ text: sentence(cause), kind: "bad" });
    }
  };
  const others = () => act(async () => {
    const { ended } = await api<{ ended: number }>("POST", "/api/account/sessions/end-others", {});
    return t("acc.sessions.others_done", { count: ended });
  });
  const end = (id: string) => act(async () => {
    await api("DELETE", `/api/account/sessions/${id}`, {});
    return t("acc.sessions.ended");
  });
  return (
    <section class="account-section ui-card">
      <h2>{t("acc.sessions.title")}</h2>
      <ul class="account-rows" role="list">
        {all.map((one) => {
          const name = one.agent === "" ? t("acc.sessions.unknown") : one.agent;
          const since = formatDateTime(one.created_at);
          return (
            <li key={one.id}>
              <Icon name={/Android|iPhone/.test(one.agent) ? "phone" : "screen"} size={22} />
              <div class="ui-grow">
                <strong>{name}</strong>
                <p class="ui-muted ui-small">{t("acc.sessions.since", { since, seen: formatDateTime(one.seen_at) })}</p>
              </div>
              {one.current ? <Badge kind="good">{t("acc.sessions.this")}</Badge>
                : <Button size="small" aria-label={t("acc.sessions.end", { name, since })} onClick={() => void end(one.id)}>{t("acc.sessions.end_short")}</Button>}
            </li>
          );
        })}
      </ul>
      {all.length > 1 && <div class="ui-row"><Button icon="sign-out" onClick={() => void others()}>{t("acc.sessions.others")}</Button></div>}
    </section>
  );
}
