// Texts of the playback page.
export const player = {} as const;
