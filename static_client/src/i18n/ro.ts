// Romanian. Formal plural (dumneavoastră); buttons are nouns (Trimitere). ș and ț with a comma below.
// conference: conferință · meeting: ședință · room: sală · lobby: sală de așteptare · moderator: moderator · organiser:
// organizator · unit/body coordinator: coordonator de unitate/instituție · administrator: administrator · participant:
// participant · speaker: vorbitor · presenter: prezentator · listener: ascultător · guest: oaspete · recording:
// înregistrare · fragment: fragment · raise hand: ridicarea mâinii · share screen: partajarea ecranului · mute: dezactivarea
// microfonului · hold: blocare · pin: fixare · spotlight: evidențiere · chat: chat · browser: browser · server: server ·
// link: link · sign in: autentificare · body: instituție · unit: unitate · collaborator: colaborator
import { accounts } from "./ro_accounts";
import { administration } from "./ro_administration";
import { appearance } from "./ro_appearance";
import { conferences } from "./ro_conferences";
import { lobby } from "./ro_lobby";
import { meeting } from "./ro_meeting";
import { pages } from "./ro_pages";
import { people } from "./ro_people";
import { player } from "./ro_player";
import { portal } from "./ro_portal";
import { status } from "./ro_status";
import { ui } from "./ro_ui";
import type { Translated } from "./types";

export const ro: Translated<"ro"> = { ...accounts, ...administration, ...ui, ...appearance, ...pages, ...portal, ...people, ...status, ...player, ...meeting, ...lobby, ...conferences };
