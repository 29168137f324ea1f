import { awayReason } from '../../foundation/database/store-error.js'
import type { StoreState } from '../storage/store-state.js'
import type { CommitQueue } from './commit-queue.js'

/** How long the oldest message may wait before the store is behind. */
const behindAfterMs = 1_000
/** How long an attempt may have no answer before the store is away. */
const awayAfterMs = 3_000

/**
 * Sets the state of the store from what the commit queues see of it. While one queue waits long for an answer and another
 * gets answers, the store is not away: that batch costs much.
 */
export function assessStore(queues: readonly CommitQueue[], store: StoreState, nowMs: number): void {
  const failure = queues.find((queue) => queue.failure !== null)?.failure ?? null
  const answeredAtMs = Math.max(...queues.map((queue) => queue.answeredAtMs))
  const unanswered = queues.some(
    ({ attemptSinceMs: sinceMs }) =>
      sinceMs !== null && nowMs - sinceMs > awayAfterMs && answeredAtMs < sinceMs,
  )
  const waitedMs = Math.max(...queues.map(({ waitingSinceMs }) => nowMs - (waitingSinceMs ?? nowMs)))
  if (failure !== null) store.set('away', awayReason(failure), nowMs)
  else if (unanswered) store.set('away', awayReason(null), nowMs)
  else if (waitedMs > behindAfterMs) store.set('behind', null, nowMs)
  else store.set('ok', null, nowMs)
}
