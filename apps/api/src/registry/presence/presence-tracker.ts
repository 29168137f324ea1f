import type { PresenceReason } from '@heliograph/protocol'

/** The device that a connection belongs to. */
export interface PresentDevice {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

export interface PresenceState {
  online: boolean
  /** Epoch milliseconds. */
  since: number
  reason: PresenceReason
}

interface Entry {
  device: PresentDevice
  connections: Set<string>
  /** Runs while a connection was taken over and its successor has not been seen yet. */
  handover: NodeJS.Timeout | undefined
}

/** How long after a take-over the successor may take to appear before the device counts as gone. */
const handoverMs = 2_000

/**
 * Makes one truth out of the comings and goings of connections: a device is online while any of its connections is
 * up, and stays online while one is taken over by the next. Tells of each change once, in order, and at once.
 */
export class PresenceTracker {
  readonly #online = new Map<number, Entry>()
  readonly #onlineByOrganization = new Map<number, number>()

  constructor(
    private readonly onChange: (device: PresentDevice, state: PresenceState) => void,
    private readonly now: () => number = Date.now,
  ) {}

  connected(device: PresentDevice, connectionId: string): void {
    const entry = this.#online.get(device.deviceKey)
    if (entry !== undefined) {
      entry.connections.add(connectionId)
      clearTimeout(entry.handover)
      entry.handover = undefined
      return
    }
    this.#online.set(device.deviceKey, {
      device,
      connections: new Set([connectionId]),
      handover: undefined,
    })
    this.#count(device, 1)
    this.onChange(device, { online: true, since: this.now(), reason: 'connected' })
  }

  /** A connection that is not known, as that of a forgotten device, changes nothing. */
  disconnected(deviceKey: number, connectionId: string, reason: PresenceReason): void {
    const entry = this.#online.get(deviceKey)
    if (entry === undefined || !entry.connections.delete(connectionId) || entry.connections.size > 0) return
    if (reason === 'taken_over') entry.handover = setTimeout(() => this.#gone(entry, reason), handoverMs)
    else this.#gone(entry, reason)
  }

  /** How many devices of an organization are online. */
  onlineCount(organizationId: number): number {
    return this.#onlineByOrganization.get(organizationId) ?? 0
  }

  /** Drops a deleted device without a word. */
  forget(deviceKey: number): void {
    const entry = this.#online.get(deviceKey)
    if (entry === undefined) return
    clearTimeout(entry.handover)
    this.#remove(entry)
  }

  /** Ends what is left online when the platform stops. */
  stop(): void {
    for (const entry of [...this.#online.values()]) this.#gone(entry, 'server_stopping')
  }

  #gone(entry: Entry, reason: PresenceReason): void {
    clearTimeout(entry.handover)
    this.#remove(entry)
    this.onChange(entry.device, { online: false, since: this.now(), reason })
  }

  #remove(entry: Entry): void {
    this.#online.delete(entry.device.deviceKey)
    this.#count(entry.device, -1)
  }

  #count({ organizationId }: PresentDevice, change: 1 | -1): void {
    const count = this.onlineCount(organizationId) + change
    if (count > 0) this.#onlineByOrganization.set(organizationId, count)
    else this.#onlineByOrganization.delete(organizationId)
  }
}
