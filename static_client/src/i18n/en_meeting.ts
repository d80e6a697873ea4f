// Texts of pre-join and room.
export const meeting = {} as const;
