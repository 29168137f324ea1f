import { PublishRate } from './publish-rate.js'

export interface GroupLimits {
  maxGroupPublishesPerSecond: number
  maxGroupPublishBytesPerSecond: number
  rateTimeoutMs: number
}

/** A client of a group. */
export interface GroupMember {
  /** How much it has published so far. */
  readonly published: { readonly messages: number; readonly bytes: number }
  /** Its group was too fast for too long, and this client published the average or more meanwhile. */
  groupTooFast(): void
}

/** The publish rates of the groups that have connections. */
export class GroupRates {
  readonly #limits: GroupLimits
  readonly #groups = new Map<string, { rate: GroupRate; connections: number }>()

  constructor(limits: GroupLimits) {
    this.#limits = limits
  }

  enter(group: string): GroupRate {
    let entry = this.#groups.get(group)
    if (!entry) {
      entry = { rate: new GroupRate(this.#limits), connections: 0 }
      this.#groups.set(group, entry)
    }
    entry.connections++
    return entry.rate
  }

  leave(group: string): void {
    const entry = this.#groups.get(group)
    if (entry) entry.connections--
  }

  // A group that left overdrawn is kept until it has recovered, so that reconnecting does not reset its rate.
  refill(elapsedMs: number): void {
    for (const [group, { rate, connections }] of this.#groups) {
      rate.enforceTimeout(elapsedMs)
      rate.refill(elapsedMs)
      if (connections === 0 && rate.rested) this.#groups.delete(group)
    }
  }
}

/**
 * The publish rate of all clients of a group. While it is exceeded none of them is read; when that goes on for
 * `rateTimeoutMs` without a rest, the clients that published the average or more meanwhile are disconnected.
 */
export class GroupRate extends PublishRate {
  readonly members = new Set<GroupMember>()
  readonly #limits: GroupLimits
  #tooFastMs = 0
  /** What each client had published when the group began to be too fast. */
  #before = new Map<GroupMember, { messages: number; bytes: number }>()

  constructor(limits: GroupLimits) {
    super(limits.maxGroupPublishesPerSecond, limits.maxGroupPublishBytesPerSecond)
    this.#limits = limits
  }

  /** Call it before `refill`. */
  enforceTimeout(elapsedMs: number): void {
    if (this.rested) this.#reset()
    else if (this.#tooFastMs > 0) this.#tooFastMs += elapsedMs
    else if (this.exceeded) this.#begin(elapsedMs)
    if (this.#tooFastMs <= this.#limits.rateTimeoutMs) return
    const heaviest = this.#heaviest()
    this.#reset()
    for (const member of heaviest) member.groupTooFast()
  }

  #begin(elapsedMs: number): void {
    this.#tooFastMs = elapsedMs
    for (const member of this.members) this.#before.set(member, { ...member.published })
  }

  #reset(): void {
    this.#tooFastMs = 0
    this.#before.clear()
  }

  #heaviest(): GroupMember[] {
    const uses = Array.from(this.members, (member) => ({ member, use: this.#useOf(member) }))
    const active = uses.filter(({ use }) => use > 0)
    const average = active.reduce((sum, { use }) => sum + use, 0) / active.length
    return active.filter(({ use }) => use >= average).map(({ member }) => member)
  }

  /** What a client has used, in seconds of the group's rate. */
  #useOf(member: GroupMember): number {
    const { maxGroupPublishesPerSecond, maxGroupPublishBytesPerSecond } = this.#limits
    const before = this.#before.get(member) ?? { messages: 0, bytes: 0 }
    const messages = (member.published.messages - before.messages) / maxGroupPublishesPerSecond
    const bytes = (member.published.bytes - before.bytes) / maxGroupPublishBytesPerSecond
    return Math.max(messages, bytes)
  }
}
