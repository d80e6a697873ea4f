import type { pages as english } from "./en_pages";
import type { Translated } from "./types";

export const pages: Translated<"pl", typeof english> = {
  "nav.main": "Menu główne",
  "nav.menu": "Menu",
  "nav.about": "O tej usłudze",
  "nav.home": "Strona główna",
  "nav.conferences": "Konferencje",
  "nav.help": "Pomoc",
  "nav.contact": "Kontakt",
  "nav.sign_in": "Zaloguj się",
  "guide.topics": "Wszystkie tematy",
  "guide.topic.account": "Twoje konto",
  "guide.topic.computer": "Na komputerze",
  "guide.topic.android": "Na Androidzie",
  "guide.topic.iphone": "Na iPhonie lub iPadzie",
  "guide.topic.room": "Podczas konferencji",
  "guide.topic.moderator_rights": "Co może moderator",
  "guide.yours": "Twoje urządzenie",
  "guide.checked": "To urządzenie",
  "guide.updated": "Zaktualizowano {date}",
  "guide.in_english": "Tego tekstu nie ma jeszcze w Twoim języku; to wersja angielska.",
  "guide.load_failed": "Nie udało się wczytać tego tekstu.",
};
