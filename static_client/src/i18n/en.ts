// English, the language the others are translated from. Flat keys; each area has its own file. A new key
// is given to el_, pl_ and ro_ too (tsc says where).
import { accounts } from "./en_accounts";
import { administration } from "./en_administration";
import { appearance } from "./en_appearance";
import { conferences } from "./en_conferences";
import { lobby } from "./en_lobby";
import { meeting } from "./en_meeting";
import { pages } from "./en_pages";
import { people } from "./en_people";
import { player } from "./en_player";
import { portal } from "./en_portal";
import { status } from "./en_status";
import { ui } from "./en_ui";

export const en = { ...accounts, ...administration, ...ui, ...appearance, ...pages, ...portal, ...people, ...status, ...player, ...meeting, ...lobby, ...conferences } as const;
