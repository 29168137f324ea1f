/** The facts from which a device's status follows. Times are epoch milliseconds. */
export interface PresenceFacts {
  /** True while an MQTT connection of the device is up. */
  connected: boolean
  /** When the connection came up or went down; null when the device never connected. */
  since: number | null
  /** When the device last sent a message, over MQTT or HTTP; null when it never did. */
  lastMessageAt: number | null
  expectedIntervalSeconds: number
}

export const deviceStatuses = ['online', 'quiet', 'offline', 'never'] as const
export type DeviceStatus = (typeof deviceStatuses)[number]

/**
 * The status of a device:
 * - `online`: it is connected, or was last heard over HTTP, and sent its last message within the expected interval;
 * - `quiet`: it is connected, or was last heard over HTTP, and its next message is overdue;
 * - `offline`: it was connected and is not any more;
 * - `never`: it has never connected and never sent a message.
 */
export function deviceStatus(facts: PresenceFacts, now: number): DeviceStatus {
  const { connected, since, lastMessageAt } = facts
  if (since === null && lastMessageAt === null) return 'never'
  const overHttp = !connected && lastMessageAt !== null && (since === null || lastMessageAt > since)
  if (!connected && !overHttp) return 'offline'
  const lastSign = Math.max(lastMessageAt ?? 0, connected ? (since ?? 0) : 0)
  return now - lastSign <= facts.expectedIntervalSeconds * 1_000 ? 'online' : 'quiet'
}
