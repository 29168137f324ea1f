import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** So many requests begin in one turn of the event loop, so that MQTT has its share of each. */
const startsPerTurn = 16

type Start = () => void

/**
 * Starts requests: of each connection one at a time, in the order of RFC 9112, 9.3.2; of all connections a few in each turn
 * of the event loop, in which the clients' addresses take turns.
 */
export class RequestQueue {
  /** The pipelined requests of each connection that has one in work. */
  readonly #pipelined = new WeakMap<Socket, Start[]>()
  /** What may start, by the client's address. */
  readonly #ready = new Map<string, Start[]>()
  #startedInTurn = 0

  /** So many requests may wait on a connection for the answer to an earlier one; `onExceeded` has to end it. */
  constructor(
    private readonly maxPipelinedRequests: number,
    private readonly onExceeded: (socket: Socket, address: string) => void,
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
    const waiting = this.#ready.get(address)
    if (this.#ready.size === 0 && this.#startedInTurn < startsPerTurn) this.#start(start)
    else if (waiting === undefined) this.#ready.set(address, [start])
    else waiting.push(start)
  }

  #start(start: Start): void {
    if (this.#startedInTurn === 0) setImmediate(() => this.#nextTurn())
    this.#startedInTurn += 1
    start()
  }

  #nextTurn(): void {
    this.#startedInTurn = 0
    for (const [address, waiting] of this.#ready) {
      if (this.#startedInTurn === startsPerTurn) return
      this.#ready.delete(address)
      const start = waiting.shift()
      // An address goes behind the others, and the loop comes back to it.
      if (waiting.length > 0) this.#ready.set(address, waiting)
      if (start) this.#start(start)
    }
  }
}
