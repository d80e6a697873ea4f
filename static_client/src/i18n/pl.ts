// Polish. Second person singular as in the e-services of public administration; buttons are imperatives (Wyślij).
// conference: konferencja · meeting: spotkanie · room: pokój · lobby: poczekalnia · moderator: moderator · organiser:
// organizator · unit/body coordinator: koordynator jednostki/instytucji · administrator: administrator · participant:
// uczestnik · speaker: mówca · presenter: prezenter · listener: słuchacz · guest: gość · recording: nagranie · fragment:
// fragment · raise hand: podnieś rękę · share screen: udostępnij ekran · mute: wycisz · hold: zablokuj · pin: przypnij ·
// spotlight: wyróżnij · chat: czat · browser: przeglądarka · server: serwer · link: link · sign in: zaloguj się · body:
// instytucja · unit: jednostka · collaborator: współpracownik
import { accounts } from "./pl_accounts";
import { administration } from "./pl_administration";
import { appearance } from "./pl_appearance";
import { conferences } from "./pl_conferences";
import { lobby } from "./pl_lobby";
import { meeting } from "./pl_meeting";
import { pages } from "./pl_pages";
import { people } from "./pl_people";
import { player } from "./pl_player";
import { portal } from "./pl_portal";
import { status } from "./pl_status";
import { ui } from "./pl_ui";
import type { Translated } from "./types";

export const pl: Translated<"pl"> = { ...accounts, ...administration, ...ui, ...appearance, ...pages, ...portal, ...people, ...status, ...player, ...meeting, ...lobby, ...conferences };
