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

export interface PresenceChange extends PresenceState {
  /** How often a connection of the device was taken over since the change before this one. */
  takeOvers: number
}

interface Entry {
  device: PresentDevice
  connections: Set<string>
  takeOvers: number
  /** Runs between the end of a connection that was taken over and the start of the one that replaces it. */
  takeOverTimer: NodeJS.Timeout | undefined
}

/** A device counts as offline when no connection follows a take-over within this time. */
const takeOverTimeoutMs = 2_000

/**
 * Derives the presence of devices from their connections: a device is online while any of its connections is up, and
 * stays online during a take-over. Reports each change once, in order, and at once.
 */
export class PresenceTracker {
  readonly #online = new Map<number, Entry>()
  readonly #onlineByOrganization = new Map<number, number>()

  constructor(
    private readonly onChange: (device: PresentDevice, change: PresenceChange) => void,
    private readonly now: () => number = Date.now,
  ) {}

  connected(device: PresentDevice, connectionId: string): void {
    const entry = this.#online.get(device.deviceKey)
    if (entry !== undefined) {
      entry.connections.add(connectionId)
      clearTimeout(entry.takeOverTimer)
      entry.takeOverTimer = undefined
      return
    }
    this.#online.set(device.deviceKey, {
      device,
      connections: new Set([connectionId]),
      takeOvers: 0,
      takeOverTimer: undefined,
    })
    this.#count(device, 1)
    this.onChange(device, { online: true, since: this.now(), reason: 'connected', takeOvers: 0 })
  }

  /** Ignores connections that are not tracked, such as those of a deleted device. */
  disconnected(deviceKey: number, connectionId: string, reason: PresenceReason): void {
    const entry = this.#online.get(deviceKey)
    if (entry === undefined || !entry.connections.delete(connectionId)) return
    if (reason === 'taken_over') entry.takeOvers += 1
    if (entry.connections.size > 0) return
    if (reason === 'taken_over')
      entry.takeOverTimer = setTimeout(() => this.#endPresence(entry, reason), takeOverTimeoutMs)
    else this.#endPresence(entry, reason)
  }

  /** How often a connection of the device was taken over since it came online; 0 when it is not. */
  takeOvers(deviceKey: number): number {
    return this.#online.get(deviceKey)?.takeOvers ?? 0
  }

  /** How many devices of an organization are online. */
  onlineCount(organizationId: number): number {
    return this.#onlineByOrganization.get(organizationId) ?? 0
  }

  /** Removes a deleted device without reporting a change. */
  forget(deviceKey: number): void {
    const entry = this.#online.get(deviceKey)
    if (entry === undefined) return
    clearTimeout(entry.takeOverTimer)
    this.#remove(entry)
  }

  /** Reports all devices as offline when the platform stops. */
  stop(): void {
    for (const entry of [...this.#online.values()]) this.#endPresence(entry, 'server_stopping')
  }

  #endPresence(entry: Entry, reason: PresenceReason): void {
    clearTimeout(entry.takeOverTimer)
    this.#remove(entry)
    const { device, takeOvers } = entry
    this.onChange(device, { online: false, since: this.now(), reason, takeOvers })
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
