import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** So many requests begin in one turn of the event loop, one of each address, so that MQTT has its share of each. */
const startsPerTurn = 4

type Start = () => void

/** How long the next request of an address has to wait, because others of it were refused. */
export interface Pace {
  waitMs(address: string): number
}

/**
 * Starts requests: of each connection one at a time, in the order of RFC 9112, 9.3.2; of all connections a few in each turn
 * of the event loop, in which the clients' addresses take turns. An address that is refused again and again waits.
 */
export class RequestQueue {
  /** The pipelined requests of each connection that has one in work. */
  readonly #pipelined = new WeakMap<Socket, Start[]>()
  /** What may start, by the client's address. */
  readonly #ready = new Map<string, Start[]>()
  /** What waits until its address may go on. */
  readonly #paced = new Map<string, Start[]>()
  readonly #startedInTurn = new Set<string>()

  /** So many requests may wait on a connection for the answer to an earlier one; `onExceeded` has to end it. */
  constructor(
    private readonly maxPipelinedRequests: number,
    private readonly onExceeded: (socket: Socket, address: string) => void,
    private readonly pace: Pace,
  ) {}

  /** Calls `start` once, or not at all when the connection ends before. */
  submit(request: IncomingMessage, response: ServerResponse, address: string, start: Start): void {
    const { socket } = request
    const begin = () => this.#schedule(address, () => response.destroyed || start())
    response.once('close', () => this.#finished(socket))
    const pipelined = this.#pipelined.get(socket)
    if (pipelined === undefined) {
      this.#pipelined.set(socket, [])
      begin()
    } else if (pipelined.length === this.maxPipelinedRequests) {
      this.onExceeded(socket, address)
    } else {
      pipelined.push(begin)
      socket.pause()
    }
  }

  #finished(socket: Socket): void {
    const pipelined = this.#pipelined.get(socket)
    const next = socket.destroyed ? undefined : pipelined?.shift()
    if (next === undefined) this.#pipelined.delete(socket)
    if (!pipelined?.length) socket.resume()
    next?.()
  }

  #schedule(address: string, start: Start): void {
    const waiting = this.#paced.get(address) ?? this.#ready.get(address)
    if (waiting !== undefined) waiting.push(start)
    else if (this.pace.waitMs(address) > 0) this.#wait(address, [start])
    else if (this.#ready.size === 0 && this.#mayStart(address)) this.#start(address, start)
    else this.#ready.set(address, [start])
  }

  #mayStart(address: string): boolean {
    return this.#startedInTurn.size < startsPerTurn && !this.#startedInTurn.has(address)
  }

  #start(address: string, start: Start): void {
    if (this.#startedInTurn.size === 0) setImmediate(() => this.#nextTurn())
    this.#startedInTurn.add(address)
    start()
  }

  #wait(address: string, waiting: Start[]): void {
    this.#paced.set(address, waiting)
    setTimeout(() => {
      this.#paced.delete(address)
      this.#ready.set(address, waiting)
      if (this.#startedInTurn.size === 0) this.#nextTurn()
    }, this.pace.waitMs(address)).unref()
  }

  #nextTurn(): void {
    this.#startedInTurn.clear()
    for (const [address, waiting] of this.#ready) {
      if (!this.#mayStart(address)) return
      this.#ready.delete(address)
      if (this.pace.waitMs(address) > 0) {
        this.#wait(address, waiting)
        continue
      }
      const start = waiting.shift()
      // An address goes behind the others.
      if (waiting.length > 0) this.#ready.set(address, waiting)
      if (start) this.#start(address, start)
    }
  }
}
