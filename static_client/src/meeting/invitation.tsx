// What can be handed to others from inside the room: the participants' link, and number and PIN where they are known.

import { useEffect, useState } from "preact/hooks";
import { api } from "../app/api";
import type { Conference } from "../engine/conference";
import { spaced, t } from "../i18n";
import { CopyField } from "../ui/display";
import { Dialog } from "../ui/dialog";
import { useRoom } from "./ui_state";

export interface InvitationFacts {
  url: string | null;
  number: string | null;
  pin: string | null;
}

const NOTHING: InvitationFacts = { url: null, number: null, pin: null };

/**
 * The organiser asks the server; the server may tell moderators at joining; a participant passes on the own link, unless
 * the server says that it is personal (`invitation` is null).
 */
export function useInvitation(conference: Conference): InvitationFacts {
  const [facts, setFacts] = useState<InvitationFacts>(NOTHING);
  const me = conference.me.value;
  const organiser = me?.organiser === true;
  const moderator = me?.moderator === true;
  const { answer, back } = conference.options;
  useEffect(() => {
    const told = answer.conference.invitation;
    if (told !== undefined && told !== null) {
      setFacts({ url: absolute(told.url), number: told.number, pin: told.pin });
      return;
    }
    if (!moderator && told === undefined && back.startsWith("/j/")) {
      setFacts({ url: absolute(back), number: null, pin: null });
      return;
    }
    if (!organiser) return;
    let stale = false;
    api<{ participant_url: string; number: string; pin: string }>("GET", `/api/conferences/${encodeURIComponent(answer.conference.id)}`)
      .then((one) => {
        if (!stale) setFacts({ url: absolute(one.participant_url), number: one.number, pin: one.pin });
      })
      .catch(() => undefined);
    return () => {
      stale = true;
    };
  }, [organiser, moderator, answer, back]);
  return facts;
}

const absolute = (url: string): string => new URL(url, location.origin).href;

export function Invitation({ invitation }: { invitation: InvitationFacts }) {
  return (
    <div class="room-invitation ui-stack">
      {invitation.url !== null && <CopyField label={t("invite.link")} value={invitation.url} />}
      {invitation.number !== null && invitation.pin !== null && (
        <div class="room-invitation-codes">
          <CopyField label={t("invite.number")} value={invitation.number} shown={spaced(invitation.number)} />
          <CopyField label={t("invite.pin")} value={invitation.pin} shown={spaced(invitation.pin)} />
        </div>
      )}
    </div>
  );
}

export function InvitationDialog() {
  const ui = useRoom();
  const invitation = useInvitation(ui.conference);
  return (
    <Dialog data-testid="dialog-invite" open={ui.dialog.value === "invite"} title={t("invite.title")} onClose={() => (ui.dialog.value = null)}>
      {invitation.url === null ? <p>{t("invite.none")}</p> : <Invitation invitation={invitation} />}
    </Dialog>
  );
}
