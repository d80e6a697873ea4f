// The account's objects of the REST API (portal/API.md).

export type Role = "user" | "unit_coordinator" | "body_coordinator" | "administrator";
export interface Named { id: string; name: string }

export interface Activation {
  state: "unconfirmed" | "active";
  must: string[];
  given_name: string;
  surname: string;
  names_fixed: boolean;
  email: string | null;
  email_confirmed: boolean;
  telephone: string;
}

export interface PendingLogin {
  given_name: string;
  surname: string;
  identifier: string;
  provider: string;
  known: boolean;
  name_now: string | null;
  return_to: string;
}

export interface Profile {
  id: string;
  name: string;
  given_name: string;
  surname: string;
  names_fixed: boolean;
  email: string | null;
  role: Role;
  body: Named | null;
  unit: Named | null;
  units: Named[];
  telephone: string;
  contact: string;
  language: string;
  time_zone: string;
  terms_at: number | null;
  privacy_at: number | null;
  has_password: boolean;
}

export interface ExtraEmail { id: string; email: string; created_at: number; confirmed_at: number | null; confirmed_by: "link" | "coordinator" | null }
export interface Emails { primary: string | null; emails: ExtraEmail[]; free: number }

export interface RoleRequest {
  id: string;
  role: Role;
  body_name: string;
  unit_name: string | null;
  telephone: string;
  purpose: string;
  state: "new" | "accepted" | "rejected" | "withdrawn";
  created_at: number;
  changed_at: number;
}

export interface RoleForm {
  requests: RoleRequest[];
  body: string | null;
  body_name: string;
  units: Named[];
  unit: string | null;
  telephone: string;
  may_ask: boolean;
}

export interface TwoFactor { enabled: boolean; since: number | null; recovery_codes_left: number }
export interface BrowserSession { id: string; agent: string; created_at: number; seen_at: number; current: boolean }

export const ranks: readonly Role[] = ["user", "unit_coordinator", "body_coordinator", "administrator"];
