/** What may wait for its commit: over all devices, and what one device may take of it. */
export interface IngestBounds {
  samples: number
  bytes: number
  deviceShare: number
}

export const defaultBounds: IngestBounds = { samples: 400_000, bytes: 64 * 1024 * 1024, deviceShare: 0.25 }

/** Rough bytes of memory that a waiting message and each of its samples take beside their text. */
const messageBytes = 400
const sampleBytes = 40

/** Who has no more room. */
export type Full = 'device_full' | 'full'

/** Counts what waits. QoS 0 may fill half, so that a flood of it never shuts out those who wait for an answer. */
export class WaitingRoom {
  #samples = 0
  #bytes = 0
  readonly #devices = new Map<number, { samples: number; bytes: number }>()

  constructor(private readonly bounds: IngestBounds = defaultBounds) {}

  get samples(): number {
    return this.#samples
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Lets a message in, or says why not. Who is let in has to `leave` with the same figures. */
  enter(deviceKey: number, samples: number, payloadBytes: number, qos0: boolean): Full | null {
    const bytes = messageBytes + samples * sampleBytes + payloadBytes
    const share = qos0 ? 0.5 : 1
    if (this.#samples + samples > this.bounds.samples * share) return 'full'
    if (this.#bytes + bytes > this.bounds.bytes * share) return 'full'
    const device = this.#deviceOf(deviceKey)
    const deviceShare = share * this.bounds.deviceShare
    if (device.samples + samples > this.bounds.samples * deviceShare) return 'device_full'
    if (device.bytes + bytes > this.bounds.bytes * deviceShare) return 'device_full'
    this.#count(device, samples, bytes)
    return null
  }

  leave(deviceKey: number, samples: number, payloadBytes: number): void {
    const bytes = messageBytes + samples * sampleBytes + payloadBytes
    const device = this.#deviceOf(deviceKey)
    this.#count(device, -samples, -bytes)
    if (device.bytes === 0) this.#devices.delete(deviceKey)
  }

  #deviceOf(deviceKey: number): { samples: number; bytes: number } {
    const known = this.#devices.get(deviceKey)
    if (known !== undefined) return known
    const device = { samples: 0, bytes: 0 }
    this.#devices.set(deviceKey, device)
    return device
  }

  #count(device: { samples: number; bytes: number }, samples: number, bytes: number): void {
    this.#samples += samples
    this.#bytes += bytes
    device.samples += samples
    device.bytes += bytes
  }
}
