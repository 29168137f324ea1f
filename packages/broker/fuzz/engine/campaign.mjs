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
 * @property {number} patienceMs
 * @property {number} lanes attacks at the same time
 * @property {number} settleEvery attacks after which everything has to be tidy
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
   * Plays all attacks, or those until `isOver`. Every few of them the broker has to be tidy.
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
    return Arena.open(this.#plan.target, this.#plan.patienceMs)
  }

  /** @param {Iterator<Case>} source */
  #take(source) {
    /** @type {Case[]} */
    const batch = []
    while (batch.length < this.#plan.settleEvery) {
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
    const lane = async () => {
      for (let attack = queue.shift(); attack && !found; attack = queue.shift()) {
        active.add(attack)
        const finding = await findingOf(arena, () => arena.play(/** @type {Case} */ (attack)))
        if (finding) found ??= { finding, suspects: isOwn(finding) ? [attack] : [...active] }
        active.delete(attack)
      }
    }
    await Promise.all(Array.from({ length: this.#plan.lanes }, lane))
    if (found) return found
    const finding = await findingOf(arena, () => arena.settle())
    return finding && { finding, suspects: batch }
  }

  /**
   * Which of the suspects does it alone, and with how little? If none does, all of them are kept together.
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
    const arena = await Arena.open(this.#plan.target, Math.min(this.#plan.patienceMs, 3_000))
    const finding = await findingOf(arena, async () => {
      await arena.play(attack)
      await arena.settle()
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
 * Attacks without end, each from its own seed.
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

/** Kinds that belong to the connection on which they were seen; others may be anybody's doing. */
const isOwn = (/** @type {Finding} */ { kind }) =>
  ['accepted', 'cut off', 'nonsense', 'leak', 'order', 'unanswered'].includes(kind)
