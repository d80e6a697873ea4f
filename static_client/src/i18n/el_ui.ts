import type { ui as english } from "./en_ui";
import type { Translated } from "./types";

export const ui: Translated<"el", typeof english> = {
  "ui.product": "Plenum",
  "ui.busy": "Παρακαλούμε περιμένετε",
  "ui.loading": "Φόρτωση…",
  "ui.close": "Κλείσιμο",
  "ui.cancel": "Ακύρωση",
  "ui.failed": "Η ενέργεια απέτυχε. Παρακαλούμε δοκιμάστε ξανά.",
  "ui.dismiss": "Απόκρυψη",
  "ui.notices": "Ειδοποιήσεις",
  "ui.optional": "προαιρετικό",
  "ui.copy": "Αντιγραφή",
  "ui.copy_what": "Αντιγραφή: {what}",
  "ui.copied": "Αντιγράφηκε",
  "ui.copy_failed": "Η αντιγραφή δεν ήταν δυνατή. Επιλέξτε το κείμενο και αντιγράψτε το εσείς.",
  "ui.skip": "Μετάβαση στο περιεχόμενο",
  "ui.retry": "Δοκιμή ξανά",
  "ui.language": "Γλώσσα",
  "ui.footer": "Ο ήχος, η εικόνα και οι καταγραφές παραμένουν σε αυτόν τον διακομιστή. Δεν χρησιμοποιείται καμία άλλη υπηρεσία.",
  "ui.choose_file": "Επιλογή αρχείου",
  "ui.no_file": "Δεν έχει επιλεγεί αρχείο",
};
