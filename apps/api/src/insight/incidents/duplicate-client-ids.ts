import { Injectable } from '@nestjs/common'
import { LRUCache } from 'lru-cache'

/**
 * So many take-overs of one session within the window are no client that comes back by itself: after a change of its
 * network that takes one. Clients of common libraries try again after one to five seconds.
 */
export const duplicateClientIdLimits = {
  takeOvers: 3,
  windowMs: 15_000,
  /** Without a take-over for so long, the clients have stopped. */
  endsAfterMs: 60_000,
  /** Sessions whose take-overs are remembered; of more, those that were taken over longest ago are forgotten. */
  sessions: 10_000,
}

/** Take-overs of a session that two clients use at once. */
export interface DuplicateClientId {
  /** How many take-overs are new: several when it is noticed, and one each time from then on. */
  count: number
  /** Whether it was noticed just now. */
  isNew: boolean
  /** Where the clients that were taken over last are: two addresses at most, sorted, as the clients alternate. */
  addresses: readonly string[]
}

interface Session {
  /** Of the last take-overs, on the monotonic clock. */
  times: number[]
  addresses: string[]
  isDuplicate: boolean
}

/** Notices when two clients connect with the same client id, and take over from each other again and again. */
@Injectable()
export class DuplicateClientIds {
  private readonly sessions = new LRUCache<string, Session>({ max: duplicateClientIdLimits.sessions })

  /** Notes that the connection from this address was taken over. Returns null for what one client may do by itself. */
  takenOver(sessionId: string, remoteAddress: string, atMs = performance.now()): DuplicateClientId | null {
    const { takeOvers, windowMs, endsAfterMs } = duplicateClientIdLimits
    const known = this.sessions.get(sessionId)
    const goesOn = known !== undefined && atMs - (known.times.at(-1) ?? 0) <= endsAfterMs
    const session = goesOn ? known : { times: [], addresses: [], isDuplicate: false }
    this.sessions.set(sessionId, session)
    session.times = [...session.times, atMs].slice(-takeOvers)
    const others = session.addresses.filter((address) => address !== remoteAddress)
    session.addresses = [...others, remoteAddress].slice(-2)

    const addresses = [...session.addresses].sort()
    if (session.isDuplicate) return { count: 1, isNew: false, addresses }
    const firstMs = session.times[0] ?? atMs
    if (session.times.length < takeOvers || atMs - firstMs > windowMs) return null
    session.isDuplicate = true
    return { count: takeOvers, isNew: true, addresses }
  }
}
