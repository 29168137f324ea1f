const COUNT = 8

/** The colour of the nth series, as a CSS value. It follows the theme. */
export const seriesColour = (index: number): string => `var(--series-${(index % COUNT) + 1})`
