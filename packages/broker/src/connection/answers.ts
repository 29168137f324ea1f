import { PacketType } from '../packets/encode.js'
import type { Journal } from '../persistence/journal.js'
import type { Session } from '../sessions/session.js'
import type { OutQueue } from '../transport/out-queue.js'

/** The connection, as its answers need it. */
export interface Answering {
  readonly session: Session
  readonly out: OutQueue
  readonly alive: boolean
  end(reason: 'undecided', detail: string): void
}

/**
 * PUBACK, PUBREC and PUBCOMP on their way to one client, in the order of what they answer. When the store had to take
 * note of something an answer leaves after that is durable; when it had not, it costs nothing.
 */
export class Answers {
  readonly #client: Answering
  readonly #journal: Journal | null
  readonly #relieved: () => void
  #queue: Answer[] = []

  constructor(client: Answering, journal: Journal | null, relieved: () => void) {
    this.#client = client
    this.#journal = journal
    this.#relieved = relieved
  }

  get waiting(): number {
    return this.#queue.length
  }

  waitsMs(nowMs: number): number {
    const [oldest] = this.#queue
    return oldest ? nowMs - oldest.sinceMs : 0
  }

  /** `noted` is the journal's count from before what is answered was done. */
  add(type: number, packetId: number, noted: number | undefined): void {
    const journal = this.#journal
    if (!journal || (journal.noted === noted && this.#queue.length === 0)) {
      this.#send(type, packetId)
      return
    }
    const answer = { type, packetId, ready: journal.noted === noted, sinceMs: Date.now() }
    this.#queue.push(answer)
    if (!answer.ready) journal.settled((durable) => this.#settled(answer, durable))
  }

  #settled(answer: Answer, durable: boolean): void {
    if (!durable) {
      if (answer.type === PacketType.pubrec) this.#client.session.inbound.delete(answer.packetId)
      this.#queue = this.#queue.filter((queued) => queued !== answer)
      this.#client.end('undecided', 'the store gave up')
      return
    }
    answer.ready = true
    let count = 0
    for (let next = this.#queue[0]; next?.ready; next = this.#queue[count]) {
      this.#send(next.type, next.packetId)
      count++
    }
    if (count === 0) return
    this.#queue.splice(0, count)
    this.#relieved()
  }

  #send(type: number, packetId: number): void {
    const { session, out, alive } = this.#client
    if (type !== PacketType.pubrec) {
      if (alive) out.acknowledge(type << 4, packetId)
      return
    }
    session.inbound.set(packetId, 'decided')
    // A session may have moved to a new connection meanwhile: its PUBREC goes there, unless that has no CONNACK yet.
    // Then it is the answer to the PUBLISH that is sent again.
    session.openOut?.acknowledge(PacketType.pubrec << 4, packetId)
  }
}

interface Answer {
  readonly type: number
  readonly packetId: number
  readonly sinceMs: number
  ready: boolean
}
