import type { DisconnectReason, RefusalReason, UnretainedReason } from '../interface/types.js'

/** Counted as things happen; `Broker.stats` reports them. */
export class Counters {
  messagesIn = 0
  messagesOut = 0
  bytesIn = 0
  bytesOut = 0
  droppedSlow = 0
  droppedFull = 0
  droppedRefused = 0
  droppedLarge = 0
  expired = 0
  /** Processor time of the refused ones. */
  refusedMs = 0
  readonly refusals: Partial<Record<RefusalReason, number>> = {}
  readonly disconnects: Partial<Record<DisconnectReason, number>> = {}

  readonly unretainedBy: Partial<Record<UnretainedReason, number>> = {}

  refused(reason: RefusalReason, count = 1): void {
    this.refusals[reason] = (this.refusals[reason] ?? 0) + count
  }

  unretained(reason: UnretainedReason): void {
    this.unretainedBy[reason] = (this.unretainedBy[reason] ?? 0) + 1
  }

  disconnected(reason: DisconnectReason): void {
    this.disconnects[reason] = (this.disconnects[reason] ?? 0) + 1
  }
}
