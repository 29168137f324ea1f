/** The three facts of presence, kept apart; times in epoch milliseconds. */
export interface PresenceFacts {
  /** Whether an MQTT connection of the device is up. */
  connected: boolean
  /** Since when it is up or down; null when there never was one. */
  since: number | null
  /** When the device last sent anything, over MQTT or HTTP; null when never. */
  lastMessageAt: number | null
  expectedIntervalSeconds: number
}

export const deviceStatuses = ['online', 'quiet', 'offline', 'never'] as const
export type DeviceStatus = (typeof deviceStatuses)[number]

/**
 * One word for the three facts:
 * - `online`: connected and not overdue, or heard over HTTP within the expected interval;
 * - `quiet`: connected, or last heard over HTTP, and overdue;
 * - `offline`: was connected and is not;
 * - `never`: neither connected nor heard, ever.
 */
export function deviceStatus(facts: PresenceFacts, now: number): DeviceStatus {
  const { connected, since, lastMessageAt } = facts
  if (since === null && lastMessageAt === null) return 'never'
  const overHttp = !connected && lastMessageAt !== null && (since === null || lastMessageAt > since)
  if (!connected && !overHttp) return 'offline'
  const lastSign = Math.max(lastMessageAt ?? 0, connected ? (since ?? 0) : 0)
  return now - lastSign <= facts.expectedIntervalSeconds * 1_000 ? 'online' : 'quiet'
}
