// /sign-in#TOKEN: the one-time link becomes a session. The token leaves the address bar before it is used. Without a
// token: the ways to sign in (account/sign_in_form.tsx).
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { navigate } from "../app/router";
import { t } from "../i18n";
import { StatusPage, type StatusCode } from "../status/status";
import { PageSpinner } from "../ui/display";
import { Page } from "../ui/page";
import { SignInPage } from "../account/sign_in_form";
import { goOn, tokenOf, wanted } from "../account/use";
import { loadUser } from "./account";

const known: Readonly<Record<string, StatusCode>> = {
  link_used: "link_used", link_expired: "link_expired", wrong_link: "link_expired", not_found: "link_expired", network: "network", too_many_tries: "too_many_tries",
};

export default function SignIn() {
  const [token] = useState(() => tokenOf(location.hash));
  const [outcome, setOutcome] = useState<StatusCode | null>(null);
  const [waitS, setWaitS] = useState<number | null>(null);
  const run = async () => {
    setOutcome(null);
    try {
      await api("POST", "/api/sign-in", { token });
      await goOn("/home");
    } catch (cause) {
      if (cause instanceof ApiError) setWaitS(cause.retryAfterS);
      setOutcome((cause instanceof ApiError ? known[cause.code] : undefined) ?? "internal");
    }
  };
  useEffect(() => {
    // A link pasted over this very page changes only the part after "#", and the browser loads nothing anew.
    const pasted = () => {
      if (location.hash.length > 1) location.reload();
    };
    window.addEventListener("hashchange", pasted);
    return () => window.removeEventListener("hashchange", pasted);
  }, []);
  useEffect(() => {
    if (token === "") {
      // Somebody already signed in needs no link.
      loadUser().then((who) => who !== null && navigate(who.must.length > 0 ? "/activate" : wanted(location.search), { replace: true }), () => setOutcome("network"));
      return;
    }
    history.replaceState(null, "", "/sign-in");
    void run();
  }, []);
  if (outcome !== null) return <StatusPage code={outcome} retry={token === "" ? () => location.reload() : () => void run()} retryAfterS={waitS} />;
  if (token === "") return <SignInPage />;
  return <Page title={t("sign_in.page")}><PageSpinner label={t("sign_in.working")} /></Page>;
}
