/** What may wait for its commit: in all, and what one organization and one device may take of it. */
export interface IngestQuotaLimits {
  samples: number
  bytes: number
  organizationShare: number
  deviceShare: number
}

export const defaultQuotaLimits: IngestQuotaLimits = {
  samples: 400_000,
  bytes: 64 * 1024 * 1024,
  organizationShare: 0.75,
  deviceShare: 0.25,
}

/** Rough bytes of memory that a waiting message and each of its samples take beside their text. */
const messageBytes = 400
const sampleBytes = 40

/** Who has no more room. */
export type Full = 'device_full' | 'organization_full' | 'full'

/** Whose message it is. */
interface Owner {
  organizationId: number
  deviceKey: number
}

interface Waiting {
  samples: number
  bytes: number
}

/** Counts what waits. QoS 0 may fill half, so that a flood of it never shuts out those who wait for an answer. */
export class IngestQuota {
  readonly #all: Waiting = { samples: 0, bytes: 0 }
  readonly #organizations = new Map<number, Waiting>()
  readonly #devices = new Map<number, Waiting>()

  constructor(private readonly bounds: IngestQuotaLimits = defaultQuotaLimits) {}

  get samples(): number {
    return this.#all.samples
  }

  get bytes(): number {
    return this.#all.bytes
  }

  /** Lets a message in, or says why not. Who is let in has to `leave` with the same figures. */
  enter(owner: Owner, samples: number, payloadBytes: number, qos0: boolean): Full | null {
    const bytes = bytesOf(samples, payloadBytes)
    const share = qos0 ? 0.5 : 1
    const organization = this.#organizations.get(owner.organizationId) ?? nothing
    const device = this.#devices.get(owner.deviceKey) ?? nothing
    if (!this.#fits(this.#all, samples, bytes, share)) return 'full'
    if (!this.#fits(organization, samples, bytes, share * this.bounds.organizationShare))
      return 'organization_full'
    if (!this.#fits(device, samples, bytes, share * this.bounds.deviceShare)) return 'device_full'
    this.#count(owner, samples, bytes)
    return null
  }

  leave(owner: Owner, samples: number, payloadBytes: number): void {
    this.#count(owner, -samples, -bytesOf(samples, payloadBytes))
  }

  #fits(waiting: Waiting, samples: number, bytes: number, share: number): boolean {
    return (
      waiting.samples + samples <= this.bounds.samples * share &&
      waiting.bytes + bytes <= this.bounds.bytes * share
    )
  }

  #count({ organizationId, deviceKey }: Owner, samples: number, bytes: number): void {
    this.#all.samples += samples
    this.#all.bytes += bytes
    countIn(this.#organizations, organizationId, samples, bytes)
    countIn(this.#devices, deviceKey, samples, bytes)
  }
}

const nothing: Waiting = { samples: 0, bytes: 0 }

function bytesOf(samples: number, payloadBytes: number): number {
  return messageBytes + samples * sampleBytes + payloadBytes
}

/** Those of whom nothing waits are not kept. */
function countIn(all: Map<number, Waiting>, key: number, samples: number, bytes: number): void {
  const waiting = all.get(key)
  if (waiting === undefined) {
    all.set(key, { samples, bytes })
    return
  }
  waiting.samples += samples
  waiting.bytes += bytes
  if (waiting.bytes === 0) all.delete(key)
}
