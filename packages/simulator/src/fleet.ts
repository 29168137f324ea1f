import { randomBytes } from 'node:crypto'
import { type SimulatedKind, simulatedKinds } from '@heliograph/device-sdk'
import pLimit from 'p-limit'
import { type Api, ApiError } from './api.js'
import { type Machine, startMachine } from './machine.js'
import type { SimulateOptions } from './options.js'

export interface FleetCounts {
  registered: number
  connected: number
  refused: number
  sent: number
  acknowledged: number
  buffered: number
  dropped: number
  errors: number
  lastError: string | null
}

const parallelCalls = 8
const kinds = Object.keys(simulatedKinds) as SimulatedKind[]

/** Registers devices, connects them, lets them send, and deletes them again. */
export class Fleet {
  readonly #ids: string[] = []
  readonly #machines: Machine[] = []
  readonly #run = randomBytes(3).toString('hex')
  #errors = 0
  #lastError: string | null = null
  /** True after `stop`, and after a device could not be registered: no further device is begun. */
  #stopping = false
  #started: Promise<void> = Promise.resolve()

  constructor(
    private readonly api: Api,
    private readonly options: SimulateOptions,
  ) {}

  /** Registers and connects all devices. Rejects when one cannot be registered; `remove` deletes the others. */
  start(): Promise<void> {
    this.#started = this.#addAll()
    return this.#started
  }

  /** Waits for registrations under way, then disconnects all devices. */
  async stop(): Promise<void> {
    this.#stopping = true
    // A device whose registration is under way would be left behind.
    await this.#started.catch(() => {})
    await Promise.all(this.#machines.map((machine) => machine.stop(3_000)))
  }

  /** Deletes the devices and returns the ids of those that it could not delete. */
  async remove(): Promise<string[]> {
    const left: string[] = []
    await pLimit(parallelCalls).map(this.#ids, (id) =>
      this.api.deleteDevice(id).catch((error: Error) => {
        left.push(id)
        this.#count(error)
      }),
    )
    return left
  }

  get counts(): FleetCounts {
    const counts: FleetCounts = {
      registered: this.#ids.length,
      connected: 0,
      refused: 0,
      sent: 0,
      acknowledged: 0,
      buffered: 0,
      dropped: 0,
      errors: this.#errors,
      lastError: this.#lastError,
    }
    for (const { device } of this.#machines) {
      const { stats, state } = device.client
      if (state.state === 'live') counts.connected += 1
      if (state.state === 'refused') counts.refused += 1
      counts.sent += stats.published
      counts.acknowledged += stats.acknowledged
      counts.buffered += stats.buffered
      counts.dropped += stats.dropped
    }
    return counts
  }

  /** Settles when no registration is under way any more; rejects with the first failure. */
  async #addAll(): Promise<void> {
    const limit = pLimit(parallelCalls)
    const additions = Array.from({ length: this.options.devices }, (_, index) =>
      limit(async () => {
        try {
          await this.#add(index)
        } catch (error) {
          this.#stopping = true
          throw error
        }
      }),
    )
    for (const outcome of await Promise.allSettled(additions))
      if (outcome.status === 'rejected') throw outcome.reason
  }

  async #add(index: number): Promise<void> {
    if (this.#stopping) return
    const { ratePerSecond, transport } = this.options
    const kind = kinds[index % kinds.length] ?? 'pump'
    const number = String(index + 1).padStart(String(this.options.devices).length, '0')
    const device = await this.api.createDevice({
      id: `sim-${this.#run}-${kind}-${number}`,
      name: `${simulatedKinds[kind].name} ${number}`,
      tags: ['simulated', kind],
      expectedIntervalSeconds: Math.max(10, Math.ceil(3 / ratePerSecond)),
    })
    this.#ids.push(device.id)
    const credential = await this.api.issueCredential(device.id)
    const url = transport === 'ws' ? credential.urls.ws : credential.urls.tcp
    if (url === null)
      throw new ApiError('MQTT over TCP is switched off there (MQTT_PORT=0). Leave out --transport tcp.')
    if (this.#stopping) return
    const onError = (error: Error) => this.#count(error)
    const machine = startMachine({ credential, url, kind, seed: index + 1, ratePerSecond, onError })
    // Each change of state repeats the last error.
    let counted: Error | null = null
    machine.device.client.on('state', ({ lastError }) => {
      if (lastError !== null && lastError !== counted) this.#count(lastError)
      counted = lastError
    })
    this.#machines.push(machine)
  }

  #count(error: Error): void {
    this.#errors += 1
    this.#lastError = error.message
  }
}
