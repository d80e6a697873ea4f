// Texts of the landing page, sign-in and the organiser's home.
export const portal = {} as const;
