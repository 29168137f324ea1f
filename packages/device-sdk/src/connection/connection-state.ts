/**
 * - `connecting`: on the way to the first connection;
 * - `live`: connected;
 * - `reconnecting`: lost or not reached, trying again;
 * - `offline`: as before, for longer than a moment;
 * - `refused`: the platform said no; nothing is tried until `retry()`;
 * - `closed`: ended by its owner.
 */
export type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'refused' | 'closed'

/** A connection as it is now. Each change is a new object. Times in epoch milliseconds. */
export interface ConnectionState {
  readonly state: ConnectionStatus
  /** Since when it is live, or since when it is away (kept from `reconnecting` to `offline`). */
  readonly since: number
  /** When the next attempt begins; null when one is under way or none is planned. */
  readonly retryAt: number | null
  /** The round trip of the last ping; null before the first and while away. */
  readonly latencyMs: number | null
  /** How many attempts have failed in a row. */
  readonly attempt: number
  readonly lastError: Error | null
}

export const initialState = (now: number): ConnectionState => ({
  state: 'connecting',
  since: now,
  retryAt: null,
  latencyMs: null,
  attempt: 0,
  lastError: null,
})
