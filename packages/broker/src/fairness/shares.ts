import type { QuotaAccount } from '../interface/persistence.js'
import type { UnretainedReason } from '../interface/types.js'

/** The share that has no room. */
export type ExceededShare = Exclude<UnretainedReason, 'not_authorized'>

export interface Usage {
  count: number
  bytes: number
}

/** What each owner, each group and all of them may have. */
export interface ShareLimits {
  readonly owner: Readonly<Usage>
  readonly group: Readonly<Usage>
  readonly all: Readonly<Usage>
}

/** What clients have of something: each owner, each group and all of them have a share, in number and bytes. */
export class Shares {
  readonly all: Usage = { count: 0, bytes: 0 }
  readonly #owners: UsageByName
  readonly #groups: UsageByName
  readonly #limits: ShareLimits

  constructor(limits: ShareLimits) {
    this.#limits = limits
    this.#owners = new UsageByName(limits.owner)
    this.#groups = new UsageByName(limits.group)
  }

  /** The share that has no room for so much more; null when all have. */
  exceededBy({ owner, group }: QuotaAccount, more: Readonly<Usage>): ExceededShare | null {
    if (!this.#owners.hasRoom(owner, more)) return 'owner_quota'
    if (!this.#groups.hasRoom(group, more)) return 'group_quota'
    return fits(this.all, more, this.#limits.all) ? null : 'total_quota'
  }

  /** Counts something. Returns the share that has no room for it, and counts nothing then. */
  take(account: QuotaAccount, more: Readonly<Usage>): ExceededShare | null {
    const exceeded = this.exceededBy(account, more)
    if (exceeded === null) this.add(account, more)
    return exceeded
  }

  /** Counts something, whatever the limits say. */
  add({ owner, group }: QuotaAccount, { count, bytes }: Readonly<Usage>): void {
    change(this.all, count, bytes)
    this.#owners.change(owner, count, bytes)
    this.#groups.change(group, count, bytes)
  }

  /** Frees what was counted. */
  free(account: QuotaAccount, { count, bytes }: Readonly<Usage>): void {
    this.add(account, { count: -count, bytes: -bytes })
  }

  /** What a group has. */
  ofGroup(group: string): Readonly<Usage> {
    return this.#groups.of(group)
  }
}

/** The usage of each owner, or of each group. The empty name has no share of its own. */
class UsageByName {
  readonly #usages = new Map<string, Usage>()
  readonly #limit: Readonly<Usage>

  constructor(limit: Readonly<Usage>) {
    this.#limit = limit
  }

  of(name: string): Readonly<Usage> {
    return this.#usages.get(name) ?? nothing
  }

  hasRoom(name: string, more: Readonly<Usage>): boolean {
    return name === '' || fits(this.of(name), more, this.#limit)
  }

  change(name: string, count: number, bytes: number): void {
    if (name === '') return
    const usage = this.#usages.get(name) ?? { count: 0, bytes: 0 }
    change(usage, count, bytes)
    if (usage.count === 0 && usage.bytes === 0) this.#usages.delete(name)
    else this.#usages.set(name, usage)
  }
}

const nothing: Readonly<Usage> = { count: 0, bytes: 0 }

function fits(usage: Readonly<Usage>, more: Readonly<Usage>, limit: Readonly<Usage>): boolean {
  return usage.count + more.count <= limit.count && usage.bytes + more.bytes <= limit.bytes
}

function change(usage: Usage, count: number, bytes: number): void {
  usage.count += count
  usage.bytes += bytes
}
