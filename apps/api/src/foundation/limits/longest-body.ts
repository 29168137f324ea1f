/** How long the body of a request may be, and what it becomes when it is decompressed. */
export const longestBodyBytes = 1024 * 1024
