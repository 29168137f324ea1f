const shownKinds = 7

/** What an attacker was told, by kind. */
export class Told {
  #counts = new Map()

  count(what, times = 1) {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times)
  }

  get counts() {
    return Object.fromEntries(this.#counts)
  }
}

/** The most frequent kinds, in one line. */
export function toldText(counts) {
  const kinds = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const shown = kinds
    .slice(0, shownKinds)
    .map(([what, count]) => `${count.toLocaleString('en-US')} × ${what}`)
  const more = kinds.length > shownKinds ? [`${kinds.length - shownKinds} more kinds`] : []
  return shown.length === 0 ? 'nothing' : [...shown, ...more].join(', ')
}
