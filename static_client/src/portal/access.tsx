// Access data (H-13): what participants get, and, clearly apart, what makes a moderator.
import { spaced, t } from "../i18n";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Banner, CopyButton, CopyField } from "../ui/display";
import { Icon } from "../ui/icon";
import { absolute, invitationText } from "./invitation";
import type { Conference } from "./types";

export function Access({ conference, level = 4 }: { conference: Conference; level?: 3 | 4 }) {
  const Heading = `h${level}` as const;
  const origin = location.origin;
  return (
    <div class="portal-access">
      <section class="portal-access-box">
        <Heading><Icon name="people" />{t("access.participants")}</Heading>
        <p class="ui-small ui-muted">{t("access.participants_text")}</p>
        <CopyField label={t("access.link")} value={absolute(conference.participant_url, origin)} />
        <div class="portal-pair">
          <CopyField label={t("access.number")} value={conference.number} shown={spaced(conference.number)} />
          <CopyField label={t("access.pin")} value={conference.pin} shown={spaced(conference.pin)} />
        </div>
      </section>
      <section class="portal-access-box portal-access-moderators">
        <Heading><Icon name="shield" />{t("access.moderators")}</Heading>
        <p class="ui-small">{t("access.moderators_text")}</p>
        <CopyField label={t("access.moderator_link")} value={absolute(conference.moderator_url, origin)} />
        <CopyField label={t("access.admin_pin")} value={conference.admin_pin} shown={spaced(conference.admin_pin)} />
      </section>
    </div>
  );
}

/** Names of this machine, which lead others to theirs. */
const LOCAL = /^(localhost|127\.[\d.]+|\[::1\])$/;

/** Shown once a conference has been created. */
export function AccessDialog({ conference, onClose, next }: { conference: Conference; onClose: () => void; next: () => HTMLElement | null }) {
  return (
    <Dialog open title={t("access.title")} size="large" onClose={onClose} next={next} actions={
      <>
        <Button onClick={onClose}>{t("access.done")}</Button>
        <CopyButton variant="primary" value={() => invitationText(conference, location.origin)}>{t("conference.invite")}</CopyButton>
      </>
    }>
      <div class="ui-stack">
        <p>{t("access.created_text", { title: conference.title })}</p>
        {LOCAL.test(location.hostname) && <Banner kind="warn">{t("access.local_only", { host: location.origin })}</Banner>}
        <Access conference={conference} level={3} />
      </div>
    </Dialog>
  );
}
