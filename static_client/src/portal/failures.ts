// Why a message did not leave, in words: from the code that the server keeps (portal/mail/delivery.py), which is a reply
// code of RFC 5321 with the enhanced status of RFC 3463 where the other side gave one.
import { t } from "../i18n";

type Failure =
  | "address" | "full" | "disabled" | "too_large" | "policy" | "busy" | "their_server" | "unreachable" | "insecure" | "login" | "sender"
  | "not_an_address" | "no_sms" | "sms_unreachable" | "sms_login" | "sms_refused" | "sms_busy" | "folder" | "refused" | "here";

const STEPS: readonly (readonly [string, Failure])[] = [
  ["smtp_no_tls", "insecure"], ["smtp_tls", "insecure"], ["smtp_login", "login"], ["smtp_sender", "sender"], ["smtp_address", "not_an_address"],
  ["smtp_connect", "unreachable"], ["smtp_lost", "unreachable"], ["bad_address", "not_an_address"], ["no_sms_gateway", "no_sms"],
  ["sms_connect", "sms_unreachable"], ["folder", "folder"],
];

/** RFC 3463: the subject and detail of `class.subject.detail`. */
function byStatus(status: string): Failure | null {
  const [, subject, detail] = status.split(".");
  switch (subject) {
    case "1": return detail === "7" || detail === "8" ? "sender" : "address";
    case "2": return detail === "1" ? "disabled" : detail === "2" ? "full" : detail === "3" ? "too_large" : null;
    case "3": return detail === "4" ? "too_large" : "busy";
    case "4": return "their_server";
    case "7": return "policy";
    default: return null;
  }
}

/** RFC 5321 4.2.3, where the other side gave no status. */
function byReply(code: number): Failure {
  switch (code) {
    case 550: case 551: case 553: return "address";
    case 552: case 452: return "full";
    case 554: return "policy";
    case 530: case 535: return "login";
    default: return code >= 500 ? "refused" : "busy";
  }
}

function bySms(code: number): Failure {
  if (code === 401 || code === 403) return "sms_login";
  return code === 408 || code === 425 || code === 429 || code >= 500 ? "sms_busy" : "sms_refused";
}

export function failureOf(error: string): Failure {
  const smtp = /^smtp (\d{3})(?: ([245]\.\d{1,3}\.\d{1,3}))?$/.exec(error);
  if (smtp !== null) return (smtp[2] === undefined ? null : byStatus(smtp[2])) ?? byReply(Number(smtp[1]));
  const sms = /^sms (\d{3})$/.exec(error);
  if (sms !== null) return bySms(Number(sms[1]));
  return STEPS.find(([step]) => error === step || error.startsWith(`${step} `))?.[1] ?? "here";
}

export const failureText = (error: string): string => t(`messages.error.${failureOf(error)}`);
