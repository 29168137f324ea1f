/** The subscription identifiers of a subscription without any. */
export const noIdentifiers: readonly number[] = Object.freeze([])
