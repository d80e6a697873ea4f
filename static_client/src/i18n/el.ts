// Greek. Formal plural (εσείς); buttons are nouns (Αποστολή), as usual in the pages of public administration.
// conference, meeting: τηλεδιάσκεψη · room: αίθουσα · lobby: αίθουσα αναμονής · moderator: συντονιστής (in the portal
// συντονιστής συζήτησης) · organiser: διοργανωτής · unit/body coordinator: συντονιστής μονάδας/φορέα · administrator:
// διαχειριστής · participant: συμμετέχων · speaker: ομιλητής · presenter: παρουσιαστής · listener: ακροατής · guest:
// επισκέπτης · recording: καταγραφή · fragment: απόσπασμα · raise hand: σήκωμα χεριού · share screen: κοινή χρήση οθόνης ·
// mute: σίγαση · hold: κλείδωμα · pin: καρφίτσωμα · spotlight: προβολή · chat: συνομιλία · browser: φυλλομετρητής ·
// server: διακομιστής · link: σύνδεσμος · sign in: είσοδος · body: φορέας · unit: μονάδα · collaborator: συνεργάτης
import { accounts } from "./el_accounts";
import { administration } from "./el_administration";
import { appearance } from "./el_appearance";
import { conferences } from "./el_conferences";
import { lobby } from "./el_lobby";
import { meeting } from "./el_meeting";
import { pages } from "./el_pages";
import { people } from "./el_people";
import { player } from "./el_player";
import { portal } from "./el_portal";
import { status } from "./el_status";
import { ui } from "./el_ui";
import type { Translated } from "./types";

export const el: Translated<"el"> = { ...accounts, ...administration, ...ui, ...appearance, ...pages, ...portal, ...people, ...status, ...player, ...meeting, ...lobby, ...conferences };
