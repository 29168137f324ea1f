import { Columns } from '../samples/columns.js'
import type { IngestListener } from '../samples/sample.js'

/** A message in a batch: the rows `from` to before `to` are its samples. */
export interface BatchMessage {
  organizationId: number
  deviceKey: number
  from: number
  to: number
  payload: Buffer
  receivedAtMs: number
  /** Whether it is committed beside the queue, because its samples are of other times than those of most. */
  isOld: boolean
  listener: IngestListener
}

export type NewMessage = Omit<BatchMessage, 'from' | 'to'>

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

  /** Adds a message with rows of `columns`: all, or those from `from` to before `to`. */
  add(message: NewMessage, columns: Columns, from = 0, to = columns.length): void {
    const start = this.columns.length
    this.columns.append(columns, from, to)
    this.#bytes += message.payload.length
    this.messages.push({
      organizationId: message.organizationId,
      deviceKey: message.deviceKey,
      from: start,
      to: this.columns.length,
      payload: message.payload,
      receivedAtMs: message.receivedAtMs,
      isOld: message.isOld,
      listener: message.listener,
    })
  }

  /** Adds a message of another batch. */
  addFrom(other: Batch, message: BatchMessage): void {
    this.add(message, other.columns, message.from, message.to)
  }
}

/** Consecutive messages of a batch: all of them, or a part that is committed separately. */
export interface Slice {
  batch: Batch
  /** The first message, and the one after the last. */
  from: number
  to: number
}

export function wholeOf(batch: Batch): Slice {
  return { batch, from: 0, to: batch.messages.length }
}

export function messagesOf({ batch, from, to }: Slice): BatchMessage[] {
  return batch.messages.slice(from, to)
}
