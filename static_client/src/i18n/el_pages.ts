import type { pages as english } from "./en_pages";
import type { Translated } from "./types";

export const pages: Translated<"el", typeof english> = {
  "nav.main": "Κύριο μενού",
  "nav.menu": "Μενού",
  "nav.about": "Σχετικά με την υπηρεσία",
  "nav.home": "Αρχική",
  "nav.conferences": "Τηλεδιασκέψεις",
  "nav.help": "Βοήθεια",
  "nav.contact": "Επικοινωνία",
  "nav.sign_in": "Είσοδος",
  "guide.topics": "Όλα τα θέματα",
  "guide.topic.account": "Ο λογαριασμός σας",
  "guide.topic.computer": "Με υπολογιστή",
  "guide.topic.android": "Με Android",
  "guide.topic.iphone": "Με iPhone ή iPad",
  "guide.topic.room": "Μέσα στην τηλεδιάσκεψη",
  "guide.topic.moderator_rights": "Τι μπορούν να κάνουν οι συντονιστές",
  "guide.yours": "η συσκευή σας",
  "guide.checked": "Αυτή η συσκευή",
  "guide.updated": "Ενημερώθηκε στις {date}",
  "guide.in_english": "Το κείμενο δεν υπάρχει ακόμη στη γλώσσα σας· αυτό είναι το αγγλικό.",
  "guide.load_failed": "Δεν ήταν δυνατή η φόρτωση του κειμένου.",
};
