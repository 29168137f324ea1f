import { telemetry } from '@heliograph/protocol'
import type { Notices } from '../../registry/notices/notices.js'
import type { SourceDevice } from '../samples/sample.js'

/** Messages are dropped by the thousand, so a device gets one notice for all of an interval. */
const noticeIntervalMs = 2_000

/** Tells devices how many of their messages were dropped, and why. */
export class DropNotices {
  readonly #dropped = new Map<number, { device: SourceDevice; count: number; reason: string }>()
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly notices: Notices) {}

  note(device: SourceDevice, reason: string): void {
    const known = this.#dropped.get(device.deviceKey)
    if (known === undefined) this.#dropped.set(device.deviceKey, { device, count: 1, reason })
    else known.count += 1
    this.#timer ??= setTimeout(() => this.send(), noticeIntervalMs)
  }

  /** Sends what has been noted. */
  send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { device, count, reason } of this.#dropped.values()) {
      const topic = telemetry.topic({ org: device.organizationSlug, device: device.deviceId })
      const what = count === 1 ? '1 message of QoS 0 was' : `${count} messages of QoS 0 were`
      this.notices.send(device, { code: 'telemetry_dropped', topic, detail: `${what} not stored: ${reason}` })
    }
    this.#dropped.clear()
  }
}
