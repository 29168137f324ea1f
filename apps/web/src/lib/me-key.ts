/** The query key of the signed-in person. It is a file of its own, so that the first scripts need no schema. */
export const meKey = ['me'] as const
