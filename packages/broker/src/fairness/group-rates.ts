import { PublishRate } from './publish-rate.js'

export interface GroupLimits {
  maxGroupPublishesPerSecond: number
  maxGroupPublishBytesPerSecond: number
  rateTimeoutMs: number
}

/** A client of a group: what it has published so far. */
export interface GroupMember {
  readonly published: { readonly messages: number; readonly bytes: number }
  /** Its group was too fast for too long, and it is one of those who made it so. */
  tooFastForGroup(): void
}

/** The rates of the host's groups that have connections. */
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

  // A group that left in debt is kept until it has paid: coming back is no way out.
  refill(elapsedMs: number): void {
    for (const [group, { rate, connections }] of this.#groups) {
      rate.judge(elapsedMs)
      rate.refill(elapsedMs)
      if (connections === 0 && rate.rested) this.#groups.delete(group)
    }
  }
}

/**
 * What all clients of a group publish. One that is too fast is read more slowly; when it is without a rest for too long,
 * those of its clients who published the average or more meanwhile have to go.
 */
export class GroupRate extends PublishRate {
  readonly members = new Set<GroupMember>()
  readonly #limits: GroupLimits
  #overMs = 0
  /** What each had published when the group began to be too fast. */
  #before = new Map<GroupMember, { messages: number; bytes: number }>()

  constructor(limits: GroupLimits) {
    super(limits.maxGroupPublishesPerSecond, limits.maxGroupPublishBytesPerSecond)
    this.#limits = limits
  }

  /** To be called before `refill`. */
  judge(elapsedMs: number): void {
    if (this.rested) this.#forgive()
    else if (this.#overMs > 0) this.#overMs += elapsedMs
    else if (this.exceeded) this.#begin(elapsedMs)
    if (this.#overMs <= this.#limits.rateTimeoutMs) return
    const heaviest = this.#heaviest()
    this.#forgive()
    for (const member of heaviest) member.tooFastForGroup()
  }

  #begin(elapsedMs: number): void {
    this.#overMs = elapsedMs
    for (const member of this.members) this.#before.set(member, { ...member.published })
  }

  #forgive(): void {
    this.#overMs = 0
    this.#before.clear()
  }

  #heaviest(): GroupMember[] {
    const uses = Array.from(this.members, (member) => ({ member, use: this.#useOf(member) }))
    const active = uses.filter(({ use }) => use > 0)
    const average = active.reduce((sum, { use }) => sum + use, 0) / active.length
    return active.filter(({ use }) => use >= average).map(({ member }) => member)
  }

  /** In seconds of the group's rate. */
  #useOf(member: GroupMember): number {
    const { maxGroupPublishesPerSecond, maxGroupPublishBytesPerSecond } = this.#limits
    const before = this.#before.get(member) ?? { messages: 0, bytes: 0 }
    const messages = (member.published.messages - before.messages) / maxGroupPublishesPerSecond
    const bytes = (member.published.bytes - before.bytes) / maxGroupPublishBytesPerSecond
    return Math.max(messages, bytes)
  }
}
