import { attackOf } from '../generate/attacks.mjs'
import { mixSeeds } from '../generate/random.mjs'
import { Arena } from './arena.mjs'
import { Finding } from './finding.mjs'
import { minimise } from './minimise.mjs'

/**
 * @typedef {import('./case.mjs').Case} Case
 *
 * @typedef {object} Plan
 * @property {import('./target.mjs').TargetName} target
 * @property {number} answerTimeoutMs
 * @property {number} parallel attacks at the same time
 * @property {number} checkEvery attacks between two checks of the broker at rest
 * @property {number} minimiseMs
 *
 * @typedef {{ finding: Finding, attack: Case, reproduced: boolean }} Failure
 */

/** Plays attacks against one broker after another: a new one after each failure. */
export class Campaign {
  played = 0
  /** @type {Failure[]} */
  failures = []
  delivered = 0
  slowestWitnessMs = 0
  slowestTurnMs = 0
  crashes = 0
  /** @type {import('./target.mjs').TargetMemory[]} */
  memory = []
  #plan
  /** How often each finding came, numbers aside: it is looked into once. @type {Map<string, number>} */
  #seen = new Map()

  /** @param {Plan} plan */
  constructor(plan) {
    this.#plan = plan
  }

  /**
   * Plays all attacks, or those until `isOver`. The broker is checked at rest after every few of them.
   * @param {Iterable<Case>} attacks
   * @param {{ isOver?: () => boolean, onProgress?: () => void, onFailure?: (failure: Failure) => void }} options
   */
  async play(attacks, { isOver = () => false, onProgress, onFailure } = {}) {
    const source = attacks[Symbol.iterator]()
    let arena = await this.#open()
    for (let batch = this.#take(source); batch.length > 0 && !isOver(); batch = this.#take(source)) {
      const found = await this.#playBatch(arena, batch)
      this.played += batch.length
      this.#note(arena)
      if (found) {
        await arena.close()
        const pattern = found.finding.message.replace(/\d+/g, 'N')
        if (!this.#seen.has(pattern)) {
          const failure = await this.#investigate(found.finding, found.suspects)
          this.failures.push(failure)
          onFailure?.(failure)
        }
        this.#seen.set(pattern, (this.#seen.get(pattern) ?? 0) + 1)
        arena = await this.#open()
      }
      onProgress?.()
    }
    await arena.close()
  }

  #open() {
    return Arena.open(this.#plan.target, this.#plan.answerTimeoutMs)
  }

  /** @param {Iterator<Case>} source */
  #take(source) {
    /** @type {Case[]} */
    const batch = []
    while (batch.length < this.#plan.checkEvery) {
      const next = source.next()
      if (next.done) break
      batch.push(next.value)
    }
    return batch
  }

  /**
   * @param {Arena} arena
   * @param {Case[]} batch
   * @returns {Promise<{ finding: Finding, suspects: Case[] } | null>}
   */
  async #playBatch(arena, batch) {
    const queue = [...batch]
    /** @type {{ finding: Finding, suspects: Case[] } | null} */
    let found = null
    /** @type {Set<Case>} */
    const active = new Set()
    const playNext = async () => {
      for (let attack = queue.shift(); attack && !found; attack = queue.shift()) {
        active.add(attack)
        const finding = await findingOf(arena, () => arena.play(/** @type {Case} */ (attack)))
        if (finding) found ??= { finding, suspects: isOwn(finding) ? [attack] : [...active] }
        active.delete(attack)
      }
    }
    await Promise.all(Array.from({ length: this.#plan.parallel }, playNext))
    if (found) return found
    const finding = await findingOf(arena, () => arena.checkAtRest())
    return finding && { finding, suspects: batch }
  }

  /**
   * Finds the suspect that fails alone, and makes it smaller. If none does, all of them are kept together.
   * @param {Finding} finding
   * @param {Case[]} suspects
   * @returns {Promise<Failure>}
   */
  async #investigate(finding, suspects) {
    const deadlineMs = Date.now() + this.#plan.minimiseMs
    const fails = (/** @type {Case} */ attack) => this.reproduces(attack, finding.kind)
    const together = {
      name: suspects
        .map(({ name }) => name)
        .join('+')
        .slice(0, 60),
      actors: suspects.flatMap(({ actors }) => actors),
    }
    for (const attack of suspects.length > 1 ? [...suspects, together] : suspects) {
      if (Date.now() >= deadlineMs) break
      if (!(await fails(attack))) continue
      const smallest = await minimise(attack, fails, deadlineMs)
      return { finding, attack: { ...smallest, about: finding.message.slice(0, 300) }, reproduced: true }
    }
    return { finding, attack: { ...together, about: finding.message.slice(0, 300) }, reproduced: false }
  }

  /**
   * Whether an attack alone, on a new broker, fails in the same way.
   * @param {Case} attack
   * @param {import('./finding.mjs').FindingKind} kind
   */
  async reproduces(attack, kind) {
    const arena = await Arena.open(this.#plan.target, Math.min(this.#plan.answerTimeoutMs, 3_000))
    const finding = await findingOf(arena, async () => {
      await arena.play(attack)
      await arena.checkAtRest()
    })
    await arena.close()
    return finding?.kind === kind
  }

  /** @param {Arena} arena */
  #note(arena) {
    const { witness, slowestTurnMs, memory } = arena
    this.crashes += arena.crashes
    arena.crashes = 0
    this.delivered += witness.delivered
    witness.delivered = 0
    this.slowestWitnessMs = Math.max(this.slowestWitnessMs, witness.slowestMs)
    this.slowestTurnMs = Math.max(this.slowestTurnMs, slowestTurnMs)
    this.memory = memory
  }
}

/**
 * An endless list of attacks, each from its own seed.
 * @param {number} seed
 * @param {readonly ('tcp' | 'ws')[]} transports
 */
export function* generated(seed, transports) {
  for (let index = 0; ; index++) yield attackOf(mixSeeds(seed, index), transports)
}

/**
 * @param {Arena} arena
 * @param {() => Promise<void>} work
 */
async function findingOf(arena, work) {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof Finding) return arena.explain(error)
    throw error
  }
}

/** Kinds of findings that the connection itself caused; any other may be caused by any attacker. */
const isOwn = (/** @type {Finding} */ { kind }) =>
  ['accepted', 'cut off', 'protocol error', 'leak', 'order', 'unanswered'].includes(kind)
