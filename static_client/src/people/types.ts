// The objects of bodies and their people in the REST API (portal/API.md).
import type { ExtraEmail, Named, Role } from "../account/types";

export interface List<T> { items: T[]; page: number; size: number; total: number }

export interface Row {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  state: "invited" | "unconfirmed" | "active";
  confirmed: boolean;
  unit: string | null;
  created_at: number;
}

export interface Person {
  id: string;
  name: string;
  given_name: string;
  surname: string;
  email: string | null;
  emails: ExtraEmail[];
  confirmed: boolean;
  confirmed_by: string | null;
  telephone: string;
  contact: string;
  role: Role;
  state: Row["state"];
  body: Named | null;
  unit: Named | null;
  terms_at: number | null;
  privacy_at: number | null;
  description: string;
  comments: string;
  created_at: number;
}

export interface Request {
  id: string;
  name: string;
  email: string | null;
  confirmed: boolean;
  role: Role;
  body: string | null;
  body_name: string;
  unit: string | null;
  telephone: string;
  purpose: string;
  state: "new" | "accepted" | "rejected" | "withdrawn";
  created_at: number;
  changed_at: number;
}

export interface Colleague { id: string; name: string; email: string | null; role: Role; unit: string | null; since?: number }
export interface Edges { sent: Colleague[]; active: Colleague[]; incoming: Colleague[]; mine: Colleague[] }

export interface Group { id: string; name: string; description: string; members: number; created_at: number }
export interface Member { id: string; name: string; email: string | null }
export interface GroupWithPeople extends Group { people: Member[] }

export interface Unit { id: string; name: string; created_at: number; coordinators: number }
export interface Body {
  id: string;
  name: string;
  telephone: string;
  time_zone: string;
  language: string;
  short_notice: "invite_and_start" | "start_only";
  created_at: number;
  units?: Unit[];
}
