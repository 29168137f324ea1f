import { Columns } from '../samples/columns.js'
import type { IngestListener } from '../samples/sample.js'

/** A message in a batch: the rows `from` to before `to` are its samples. */
export interface BatchMessage {
  organizationId: number
  deviceKey: number
  from: number
  to: number
  payloadBytes: number
  receivedAtMs: number
  listener: IngestListener
}

/** Messages that are committed together, in the order in which they came; their samples are checked and have their times. */
export class Batch {
  readonly columns = new Columns()
  readonly messages: BatchMessage[] = []
  #bytes = 0

  get rows(): number {
    return this.columns.length
  }

  get payloadBytes(): number {
    return this.#bytes
  }

  add(message: Omit<BatchMessage, 'from' | 'to'>, columns: Columns): void {
    const from = this.columns.length
    this.columns.append(columns)
    this.#bytes += message.payloadBytes
    const { organizationId, deviceKey, payloadBytes, receivedAtMs, listener } = message
    const to = this.columns.length
    this.messages.push({ organizationId, deviceKey, from, to, payloadBytes, receivedAtMs, listener })
  }
}

/** Consecutive messages of a batch: all of them, or a part that is committed separately. */
export interface Slice {
  batch: Batch
  /** The first message, and the one after the last. */
  from: number
  to: number
}
