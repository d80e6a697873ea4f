// The answer to an invitation by the links of its mail (E0-30, S-9). The token stands behind "#": no server on the way sees it.
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { t } from "../i18n";
import { StatusPage } from "../status/status";
import { Button } from "../ui/button";
import { Banner, PageSpinner } from "../ui/display";
import { Page } from "../ui/page";
import { loadUser } from "./account";
import { sentence } from "./errors";
import { ANSWERS, type Answer } from "./types";
import { When } from "./when";

const OF_ADDRESS: Readonly<Record<string, Answer>> = { accept: "accepted", accepted: "accepted", decline: "declined", declined: "declined", tentative: "tentative" };

interface Told {
  answer: Answer;
  name: string;
  conference: { title: string; starts_at: number; ends_at: number; time_zone: string; postponed: boolean; cancelled: boolean };
}

export default function RsvpPage({ id }: { id?: string }) {
  const [token] = useState(location.hash.slice(1));
  const [told, setTold] = useState<Told | null>(null);
  const [failure, setFailure] = useState<{ code: string; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (answer: Answer) => {
    setBusy(true);
    try {
      setTold(await api<Told>("POST", "/api/rsvp", { token, answer }));
      setFailure(null);
    } catch (cause) {
      setFailure({ code: cause instanceof ApiError ? cause.code : "internal", text: sentence(cause) });
    }
    setBusy(false);
  };
  const first = OF_ADDRESS[id ?? ""];
  useEffect(() => {
    loadUser().catch(() => undefined); // whoever is signed in reads it in the account's language
    if (token !== "" && first !== undefined) void send(first);
  }, []);
  if (token === "" || first === undefined || failure?.code === "wrong_link") return <StatusPage code="wrong_link" />;
  if (told === null) return <Page title={t("rsvp.page")}>{failure === null ? <PageSpinner /> : <Banner kind="bad">{failure.text}</Banner>}</Page>;
  const { conference } = told;
  return (
    <Page title={t("rsvp.page")}>
      <div class="status status-calm" data-testid="rsvp">
        <p class="status-conference">{conference.title}</p>
        <h1>{t(`rsvp.done.${told.answer}`)}</h1>
        {!conference.postponed && !conference.cancelled && <When {...conference} />}
        {conference.postponed && <p class="status-next">{t("status.postponed.text")}</p>}
        {conference.cancelled && <p class="status-next">{t("status.cancelled.text")}</p>}
        <p class="status-text">{t("rsvp.hello", { name: told.name })}</p>
        {failure !== null && <Banner kind="bad">{failure.text}</Banner>}
        <div class="status-steps">
          {ANSWERS.filter((answer) => answer !== told.answer).map((answer) => <Button key={answer} busy={busy} onClick={() => void send(answer)}>{t(`rsvp.answer.${answer}`)}</Button>)}
        </div>
      </div>
    </Page>
  );
}
