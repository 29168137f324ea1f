/** What is kept of who is signed in; apart, so that the first scripts need no schema to know it. */
export const meKey = ['me'] as const
