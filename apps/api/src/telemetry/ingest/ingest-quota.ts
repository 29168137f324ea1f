import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { Delivery } from '../../foundation/tracing/message-timing.js'
import type { ingestLimits } from './ingest-limits.js'

/** The share of every limit that messages without acknowledgement may use. */
const unacknowledgedShare = 0.5

/** Rough bytes of memory that a waiting message and each of its samples take beside their text. */
const messageBytes = 400
const sampleBytes = 40

/** Whose quota is used up: that of the device, of the organization, or of all together. */
export type ExceededQuota = 'device_full' | 'organization_full' | 'full'

interface Owner {
  organizationId: number
  deviceKey: number
}

interface MessageSize {
  samples: number
  payloadBytes: number
}

interface Waiting {
  samples: number
  bytes: number
}

/** Limits what waits for its commit. A flood of QoS 0 cannot use up what acknowledged messages need. */
export class IngestQuota {
  readonly #all: Waiting = { samples: 0, bytes: 0 }
  readonly #organizations = new Map<number, Waiting>()
  readonly #devices = new Map<number, Waiting>()

  constructor(private readonly limits: LimitValues<typeof ingestLimits>) {}

  get samples(): number {
    return this.#all.samples
  }

  get bytes(): number {
    return this.#all.bytes
  }

  /** Counts a message as waiting, to be released later with the same size; or says which quota is exceeded. */
  reserve(owner: Owner, { samples, payloadBytes }: MessageSize, delivery: Delivery): ExceededQuota | null {
    const { organizationShare, deviceShare } = this.limits
    const bytes = bytesOf(samples, payloadBytes)
    const share = delivery === 'acknowledged' ? 1 : unacknowledgedShare
    const organization = this.#organizations.get(owner.organizationId) ?? nothing
    const device = this.#devices.get(owner.deviceKey) ?? nothing
    if (!this.#fits(this.#all, samples, bytes, share)) return 'full'
    if (!this.#fits(organization, samples, bytes, share * organizationShare)) return 'organization_full'
    if (!this.#fits(device, samples, bytes, share * deviceShare)) return 'device_full'
    this.#count(owner, samples, bytes)
    return null
  }

  release(owner: Owner, { samples, payloadBytes }: MessageSize): void {
    this.#count(owner, -samples, -bytesOf(samples, payloadBytes))
  }

  #fits(waiting: Waiting, samples: number, bytes: number, share: number): boolean {
    return (
      waiting.samples + samples <= this.limits.samples * share &&
      waiting.bytes + bytes <= this.limits.bytes * share
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

/** An owner of whom nothing waits is not kept. */
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
