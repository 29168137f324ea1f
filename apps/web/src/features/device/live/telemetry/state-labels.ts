import type { TelemetryValue } from '@heliograph/protocol'

/** Numbers are drawn as a line, booleans and strings as bands. */
export type SeriesKind = 'numbers' | 'states'

/** More different texts than this are no states; the rest share one band. */
const MAXIMUM_STATES = 1_000
/** Longer texts are told apart by their beginning. */
const MAXIMUM_LENGTH = 500
const [FALSE, TRUE] = [0, 1]

/** Gives each state of a key a number, so that states are kept and thinned as numbers are. */
export class StateLabels {
  readonly #texts = ['false', 'true']
  readonly #codes = new Map([
    ['false', FALSE],
    ['true', TRUE],
  ])

  readonly #colours = new Map<number, number>()

  codeOf(value: TelemetryValue): number {
    const text = String(value).slice(0, MAXIMUM_LENGTH)
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    if (this.#texts.length >= MAXIMUM_STATES) return MAXIMUM_STATES
    this.#codes.set(text, this.#texts.length)
    return this.#texts.push(text) - 1
  }

  /** The colour of a state: the same each time the page is opened, unless two states want the same one. */
  colourOf(code: number): number {
    const known = this.#colours.get(code)
    if (known !== undefined) return known
    const taken = new Set(this.#colours.values())
    const wanted = hashOf(this.textOf(code)) % COLOURS
    const free = Array.from({ length: COLOURS }, (_, step) => (wanted + step) % COLOURS).find(
      (one) => !taken.has(one),
    )
    this.#colours.set(code, free ?? wanted)
    return free ?? wanted
  }

  textOf(code: number): string {
    return code === MAXIMUM_STATES ? 'other' : (this.#texts[code] ?? '')
  }
}

const COLOURS = 8

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Whether a code is that of a boolean. */
export const isSwitch = (code: number): boolean => code === FALSE || code === TRUE

/** Null for what is not drawn: lists and objects. */
export function kindOf(value: TelemetryValue): SeriesKind | null {
  if (numberOf(value) !== null) return 'numbers'
  return typeof value === 'boolean' || typeof value === 'string' ? 'states' : null
}

/** The platform gives integers that no double holds exactly as digits; as close as a double comes is close enough to draw. */
export function numberOf(value: TelemetryValue): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^-?[1-9]\d{15,}$/.test(value)) return null
  return Number.isSafeInteger(Number(value)) ? null : Number(value)
}

/** The colour of a state among those of the series: that of its key for true, none for false, one of its own for a text. */
export function stateColourIndex(code: number, keyColourIndex: number, labels: StateLabels): number | null {
  if (isSwitch(code)) return code === 1 ? keyColourIndex : null
  return labels.colourOf(code)
}
