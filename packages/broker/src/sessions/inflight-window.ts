import type { Qos } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import type { SharedGroup } from '../routing/shared-group.js'
import { QueueMemory } from './queue-memory.js'

/** What is needed to send a message again, or to give it to another member of its group. */
export interface KeptMessage {
  message: Message | null
  readonly retain: boolean
  readonly identifiers: readonly number[]
  readonly sequence: number
  readonly group: SharedGroup | null
}

/** The stage of a packet id. `reserved`: given to a message that is not sent yet. `released`: PUBREC has come. */
export const Stage = { none: 0, qos1: 1, qos2: 2, released: 3, reserved: 4 } as const

/**
 * The in-flight window of one session: the packet ids in use, with what is kept of their messages. The lowest bits of an
 * id are its place in an array, and an id is given only when its place is free: no look-up, no allocation.
 */
export class InflightWindow {
  /** Messages that were sent and are not acknowledged. */
  size = 0
  /** Memory of the messages that are kept. */
  keptBytes = 0
  readonly #memory: QueueMemory
  #places: Int32Array = none
  #kept: (KeptMessage | null)[] | null = null
  #used = 0
  #lastId = 0

  constructor(memory = new QueueMemory(Number.POSITIVE_INFINITY)) {
    this.#memory = memory
  }

  stage(packetId: number): number {
    const place = this.#places[packetId & (this.#places.length - 1)] ?? 0
    return (place & 0xffff) === packetId ? place >> 16 : Stage.none
  }

  kept(packetId: number): KeptMessage | null {
    return this.#kept?.[packetId & (this.#places.length - 1)] ?? null
  }

  /** Gives a packet id that is not in use. */
  reserve(): number {
    if (this.#used * 2 >= this.#places.length && this.#places.length < mostPlaces) this.#grow()
    const mask = this.#places.length - 1
    let id = this.#lastId
    do id = id === 65_535 ? 1 : id + 1
    while (this.#places[id & mask] !== 0)
    this.#lastId = id
    this.#used++
    this.#places[id & mask] = id | (Stage.reserved << 16)
    return id
  }

  /** The message with this id was sent. */
  sent(packetId: number, qos: Qos, kept: KeptMessage | null): void {
    this.size++
    this.#places[packetId & (this.#places.length - 1)] = packetId | (qos << 16)
    if (kept === null) return
    this.#keep(packetId, kept)
    if (kept.message === null) return
    this.#memory.hold(kept.message)
    this.keptBytes += kept.message.costBytes
  }

  /** PUBREC has come; PUBREL and PUBCOMP are to follow. */
  released(packetId: number): void {
    this.#places[packetId & (this.#places.length - 1)] = packetId | (Stage.released << 16)
    this.#release(this.kept(packetId))
  }

  /** Restores an id that was in use before the broker stopped. */
  restore(packetId: number, qos: Qos, kept: KeptMessage): void {
    if (this.stage(packetId) !== Stage.none) this.free(packetId)
    while (this.#places.length === 0 || this.#places[packetId & (this.#places.length - 1)] !== 0) this.#grow()
    this.#used++
    this.sent(packetId, qos, kept)
    if (kept.message === null) this.released(packetId)
  }

  free(packetId: number): void {
    const place = packetId & (this.#places.length - 1)
    if ((this.#places[place] as number) >> 16 !== Stage.reserved) this.size--
    this.#places[place] = 0
    this.#used--
    if (this.#kept === null) return
    this.#release(this.#kept[place] ?? null)
    this.#kept[place] = null
  }

  /** Nothing is kept any more. */
  end(): void {
    for (const kept of this.#kept ?? []) this.#release(kept)
  }

  /** The kept messages, in the order in which they were sent first. */
  all(): { packetId: number; kept: KeptMessage }[] {
    const found: { packetId: number; kept: KeptMessage }[] = []
    for (const [place, kept] of (this.#kept ?? []).entries()) {
      if (kept) found.push({ packetId: (this.#places[place] as number) & 0xffff, kept })
    }
    return found.sort((one, other) => one.kept.sequence - other.kept.sequence)
  }

  #release(kept: KeptMessage | null): void {
    if (kept === null || kept.message === null) return
    this.#memory.release(kept.message)
    this.keptBytes -= kept.message.costBytes
    kept.message = null
  }

  #keep(packetId: number, kept: KeptMessage): void {
    this.#kept ??= new Array(this.#places.length).fill(null)
    this.#kept[packetId & (this.#places.length - 1)] = kept
  }

  // Ids that do not collide in the smaller array do not collide in the larger one either.
  #grow(): void {
    const before = this.#places
    const keptBefore = this.#kept
    const count = Math.max(leastPlaces, before.length * 2)
    this.#places = new Int32Array(count)
    this.#kept = keptBefore && new Array(count).fill(null)
    for (const [place, value] of before.entries()) {
      if (value === 0) continue
      this.#places[value & 0xffff & (count - 1)] = value
      const kept = keptBefore?.[place]
      if (kept) this.#keep(value & 0xffff, kept)
    }
  }
}

const none = new Int32Array(0)
const leastPlaces = 8
const mostPlaces = 65_536
