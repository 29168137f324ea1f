import type { Message } from '../messages/message.js'
import type { Grant } from './grant.js'
import type { Target } from './router.js'

export type Readiness = 'ready' | 'busy' | 'offline'

/** A receiver that may share subscriptions with others. */
export interface Member extends Target {
  /** `ready`: can be sent a message now. `busy`: connected, but would have to queue it. `offline`: not connected. */
  readonly readiness: Readiness
  deliverShared(message: Message, grant: Grant, group: SharedGroup): void
}

/** The members of one shared subscription. Each message goes to one of them, in turn. */
export class SharedGroup implements Target {
  readonly #members: { member: Member; grant: Grant }[] = []
  #next = 0

  get size(): number {
    return this.#members.length
  }

  join(member: Member, grant: Grant): void {
    this.leave(member)
    this.#members.push({ member, grant })
  }

  leave(member: Member): void {
    const at = this.#members.findIndex((entry) => entry.member === member)
    if (at >= 0) this.#members.splice(at, 1)
  }

  /** Whether another member is connected. */
  hasOtherConnected(member: Member): boolean {
    return this.#members.some((entry) => entry.member !== member && entry.member.readiness !== 'offline')
  }

  /** Delivers to the next member that is ready; else to a busy one; else, if it can be queued, to an offline one. */
  deliver(message: Message): void {
    const count = this.#members.length
    let best = -1
    let bestRank = ranks.length
    for (let i = 0; i < count && bestRank > 0; i++) {
      const at = (this.#next + i) % count
      const { member, grant } = this.#members[at] as { member: Member; grant: Grant }
      const rank = ranks.indexOf(member.readiness)
      if (rank >= bestRank || (member.readiness === 'offline' && grant.qos === 0)) continue
      best = at
      bestRank = rank
    }
    if (best >= 0) this.#deliverTo(best, message)
  }

  #deliverTo(at: number, message: Message): void {
    const { member, grant } = this.#members[at] as { member: Member; grant: Grant }
    this.#next = at + 1
    member.deliverShared(message, grant, this)
  }
}

const ranks: readonly Readiness[] = ['ready', 'busy', 'offline']
