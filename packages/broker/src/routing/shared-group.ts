import type { Message } from '../packets/message.js'
import type { Qos } from '../types.js'
import type { Target } from './router.js'

/** A receiver that may be one of several that share a subscription. */
export interface Member extends Target {
  /** `room`: takes a message now. `busy`: connected, would have to queue it. `absent`: not connected. */
  readonly appetite: 'room' | 'busy' | 'absent'
  deliverShared(message: Message, granted: Qos, group: SharedGroup): void
}

/** The members of one shared subscription. Each message goes to one of them, in turn. */
export class SharedGroup implements Target {
  readonly #members: { member: Member; qos: Qos }[] = []
  #next = 0

  get size(): number {
    return this.#members.length
  }

  join(member: Member, qos: Qos): void {
    this.leave(member)
    this.#members.push({ member, qos })
  }

  leave(member: Member): void {
    const at = this.#members.findIndex((entry) => entry.member === member)
    if (at >= 0) this.#members.splice(at, 1)
  }

  /** Whether somebody else could take a message in this member's place, now. */
  hasLiveBeside(member: Member): boolean {
    return this.#members.some((entry) => entry.member !== member && entry.member.appetite !== 'absent')
  }

  /** To the next member with room; else to one that is busy; else to one that comes back. */
  deliver(message: Message): void {
    const count = this.#members.length
    let best = -1
    let bestRank: number = ranks.length
    for (let i = 0; i < count && bestRank > 0; i++) {
      const at = (this.#next + i) % count
      const { member, qos } = this.#members[at] as { member: Member; qos: Qos }
      const rank = ranks.indexOf(member.appetite)
      if (rank >= bestRank || (member.appetite === 'absent' && qos === 0)) continue
      best = at
      bestRank = rank
    }
    if (best >= 0) this.#give(best, message)
  }

  #give(at: number, message: Message): void {
    const { member, qos } = this.#members[at] as { member: Member; qos: Qos }
    this.#next = at + 1
    member.deliverShared(message, qos, this)
  }
}

const ranks = ['room', 'busy', 'absent'] as const
