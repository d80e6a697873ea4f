// Two-factor authentication (E2-64 to E2-66), the password, and the browsers that are signed in.
import { t } from "../i18n";
import { waysIn, type User } from "../portal/account";
import { LoadFailed } from "../portal/load_failed";
import { PageSpinner } from "../ui/display";
import { PasswordSection } from "./password";
import { SessionsSection } from "./sessions";
import { TwoFactorSection } from "./two_factor";
import type { Profile } from "./types";
import { useLoaded } from "./use";

export function SecurityTab({ who }: { who: User }) {
  const profile = useLoaded<Profile>("/api/account");
  if (profile.error !== null) return <LoadFailed text={t("acc.load_failed")} detail={profile.error} retry={profile.reload} />;
  if (profile.value === null) return <PageSpinner />;
  return (
    <>
      <TwoFactorSection />
      {waysIn.value?.password === true && who.email !== null && <PasswordSection profile={profile.value} changed={profile.reload} />}
      <SessionsSection />
    </>
  );
}
