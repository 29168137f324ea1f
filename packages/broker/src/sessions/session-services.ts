import type { BackPressure } from '../fairness/back-pressure.js'
import type { Shares } from '../fairness/shares.js'
import type { StoreWriter } from '../persistence/store-writer.js'
import type { Router } from '../routing/router.js'
import type { Counters } from '../stats/counters.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { OutboundLimits } from './outbound.js'
import type { QueueMemory } from './queue-memory.js'

/** What a session needs of the connection that serves it. */
export interface SessionLink {
  readonly out: OutgoingQueue
  /** Bytes the client has taken so far. */
  readonly takenBytes: number
  /** A message was dropped, because the client is too slow or its queue is full. */
  dropped(topic: string): void
  /** The queue is full, and a message that must not be dropped did not fit: the client is to be disconnected. */
  queueOverflowed(): void
}

/** What all sessions of a broker share. */
export interface SessionServices {
  readonly router: Router
  readonly counters: Counters
  readonly backPressure: BackPressure
  readonly writer: StoreWriter | null
  readonly limits: OutboundLimits
  readonly memory: QueueMemory
  /** Subscriptions, and the memory of all sessions. */
  readonly shares: Shares
}
