// /users/ID: the page of one person (E2-78 to E2-80), read only; "back" comes to the list where it was.
import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../app/api";
import { t } from "../i18n";
import { requireUser } from "../portal/account";
import { StatusPage, type StatusCode } from "../status/status";
import { Button } from "../ui/button";
import { Avatar, Badge, PageSpinner } from "../ui/display";
import { Page } from "../ui/page";
import { leaveFor } from "./list";
import "./people.css";
import { PersonView, roleOf, State } from "./person";
import { listAddress } from "./place";
import type { Person } from "./types";

export default function PersonPage({ id = "" }: { id?: string }) {
  const [person, setPerson] = useState<Person | null>(null);
  const [problem, setProblem] = useState<StatusCode | null>(null);
  const load = () => {
    setProblem(null);
    setPerson(null);
    requireUser()
      .then((who) => (who === null ? undefined : api<Person>("GET", `/api/users/${encodeURIComponent(id)}`).then(setPerson)))
      .catch((cause: unknown) => setProblem(cause instanceof ApiError && (cause.status === 403 || cause.status === 404) ? "not_found" : "network"));
  };
  useEffect(() => {
    leaveFor(id);
    load();
  }, [id]);
  if (problem !== null) return <StatusPage code={problem} retry={load} />;
  if (person === null) return <Page title={t("pp.page")}><PageSpinner /></Page>;
  return (
    <Page title={person.name}>
      <div class="people-page">
        <Button class="people-back" variant="quiet" icon="arrow-left" href={listAddress()}>{t("pp.back")}</Button>
        <div class="people-page-head">
          <Avatar name={person.name} id={person.id} size="3.25rem" />
          <div class="ui-grow">
            <h1>{person.name}</h1>
            <div class="ui-row"><Badge>{roleOf(person.role)}</Badge><State state={person.state} /></div>
          </div>
        </div>
        <PersonView person={person} saved={setPerson} />
      </div>
    </Page>
  );
}
