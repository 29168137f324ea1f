/** Another device in a chart. */
export interface Compared {
  id: string
  name: string
}

/** With one's own, as many as there are colours that stay apart. */
export const maximumCompared = 7
