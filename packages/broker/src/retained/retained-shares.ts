import type { BrokerLimits } from '../interface/limits.js'
import type { RetainedAccount } from '../interface/persistence.js'
import type { UnretainedReason } from '../interface/types.js'

export type RetainedLimits = Pick<
  BrokerLimits,
  | 'maxRetainedMessages'
  | 'maxRetainedBytes'
  | 'maxRetainedMessagesPerGroup'
  | 'maxRetainedBytesPerGroup'
  | 'maxRetainedMessagesPerOwner'
  | 'maxRetainedBytesPerOwner'
>

/** The limit that has no room. */
export type ExceededShare = Exclude<UnretainedReason, 'not_authorized'>

/** What clients have retained: each owner, each group and all of them have a share, in messages and bytes. */
export class RetainedShares {
  readonly all: Usage = { messages: 0, bytes: 0 }
  readonly #owners: UsageByName
  readonly #groups: UsageByName
  readonly #limits: RetainedLimits

  constructor(limits: RetainedLimits) {
    this.#limits = limits
    this.#owners = new UsageByName(limits.maxRetainedMessagesPerOwner, limits.maxRetainedBytesPerOwner)
    this.#groups = new UsageByName(limits.maxRetainedMessagesPerGroup, limits.maxRetainedBytesPerGroup)
  }

  /** Counts one message. Returns the share that has no room for it, and counts nothing then. */
  take({ owner, group }: RetainedAccount, bytes: number): ExceededShare | null {
    const { maxRetainedMessages, maxRetainedBytes } = this.#limits
    if (!this.#owners.hasRoom(owner, bytes)) return 'owner_quota'
    if (!this.#groups.hasRoom(group, bytes)) return 'group_quota'
    if (!fits(this.all, bytes, maxRetainedMessages, maxRetainedBytes)) return 'total_quota'
    this.#change({ owner, group }, 1, bytes)
    return null
  }

  /** Frees what `take` counted. */
  free(account: RetainedAccount, bytes: number): void {
    this.#change(account, -1, -bytes)
  }

  /** Counts again what was freed a moment ago, whatever the limits say. */
  takeBack(account: RetainedAccount, bytes: number): void {
    this.#change(account, 1, bytes)
  }

  #change({ owner, group }: RetainedAccount, messages: number, bytes: number): void {
    add(this.all, messages, bytes)
    this.#owners.add(owner, messages, bytes)
    this.#groups.add(group, messages, bytes)
  }
}

/** The usage of each owner, or of each group. The empty name has no share of its own. */
class UsageByName {
  readonly #usages = new Map<string, Usage>()
  readonly #maxMessages: number
  readonly #maxBytes: number

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages
    this.#maxBytes = maxBytes
  }

  hasRoom(name: string, bytes: number): boolean {
    return name === '' || fits(this.#usages.get(name) ?? nothing, bytes, this.#maxMessages, this.#maxBytes)
  }

  add(name: string, messages: number, bytes: number): void {
    if (name === '') return
    const usage = this.#usages.get(name) ?? { messages: 0, bytes: 0 }
    add(usage, messages, bytes)
    if (usage.messages === 0) this.#usages.delete(name)
    else this.#usages.set(name, usage)
  }
}

interface Usage {
  messages: number
  bytes: number
}

const nothing: Readonly<Usage> = { messages: 0, bytes: 0 }

function fits(usage: Readonly<Usage>, bytes: number, maxMessages: number, maxBytes: number): boolean {
  return usage.messages < maxMessages && usage.bytes + bytes <= maxBytes
}

function add(usage: Usage, messages: number, bytes: number): void {
  usage.messages += messages
  usage.bytes += bytes
}
