import type { pages as english } from "./en_pages";
import type { Translated } from "./types";

export const pages: Translated<"ro", typeof english> = {
  "nav.main": "Meniu principal",
  "nav.menu": "Meniu",
  "nav.about": "Despre acest serviciu",
  "nav.home": "Acasă",
  "nav.conferences": "Conferințe",
  "nav.help": "Ajutor",
  "nav.contact": "Contact",
  "nav.sign_in": "Autentificare",
  "guide.topics": "Toate subiectele",
  "guide.topic.account": "Contul dumneavoastră",
  "guide.topic.computer": "Pe calculator",
  "guide.topic.android": "Pe Android",
  "guide.topic.iphone": "Pe iPhone sau iPad",
  "guide.topic.room": "În conferință",
  "guide.topic.moderator_rights": "Ce pot face moderatorii",
  "guide.yours": "dispozitivul dumneavoastră",
  "guide.checked": "Acest dispozitiv",
  "guide.updated": "Actualizat la {date}",
  "guide.in_english": "Textul nu există încă în limba dumneavoastră; aceasta este versiunea în engleză.",
  "guide.load_failed": "Textul nu a putut fi încărcat.",
};
