import { awayReason } from '../../foundation/database/store-error.js'
import type { StoreState } from '../storage/store-state.js'
import type { CommitQueue } from './commit-queue.js'

/** How long the oldest message may wait before the store is behind. */
const behindAfterMs = 1_000
/** How long an attempt may have no answer before the store is away. */
const awayAfterMs = 3_000

/** Sets the state of the store from what the commit queues see of it. */
export function assessStore(queues: readonly CommitQueue[], store: StoreState, nowMs: number): void {
  const failure = queues.find((queue) => queue.failure !== null)?.failure ?? null
  const attemptMs = Math.max(...queues.map(({ attemptSinceMs }) => nowMs - (attemptSinceMs ?? nowMs)))
  const waitedMs = Math.max(...queues.map(({ waitingSinceMs }) => nowMs - (waitingSinceMs ?? nowMs)))
  if (failure !== null) store.set('away', awayReason(failure), nowMs)
  else if (attemptMs > awayAfterMs) store.set('away', awayReason(null), nowMs)
  else if (waitedMs > behindAfterMs) store.set('behind', null, nowMs)
  else store.set('ok', null, nowMs)
}
