import { telemetry } from '@heliograph/protocol'
import type { Notices } from '../../registry/notices/notices.js'
import type { SourceDevice } from '../samples/sample.js'

/** Drops come by the thousand; a device and its page hear of them together, this often. */
const tellEveryMs = 2_000

/** Tells devices how many of their messages were dropped, and why. */
export class DropNotices {
  readonly #dropped = new Map<number, { device: SourceDevice; count: number; why: string }>()
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly notices: Notices) {}

  note(device: SourceDevice, why: string): void {
    const known = this.#dropped.get(device.deviceKey)
    if (known === undefined) this.#dropped.set(device.deviceKey, { device, count: 1, why })
    else known.count += 1
    this.#timer ??= setTimeout(() => this.tell(), tellEveryMs)
  }

  /** Says what there is to say. */
  tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { device, count, why } of this.#dropped.values()) {
      const topic = telemetry.topic({ org: device.organizationSlug, device: device.deviceId })
      const what = count === 1 ? '1 message of QoS 0 was' : `${count} messages of QoS 0 were`
      this.notices.send(device, { code: 'telemetry_dropped', topic, detail: `${what} not stored: ${why}` })
    }
    this.#dropped.clear()
  }
}
