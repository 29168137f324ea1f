/**
 * - `connecting`: the first attempt is under way;
 * - `live`: the client is connected;
 * - `reconnecting`: the connection was lost or the platform not reached, and the client tries again;
 * - `offline`: as `reconnecting`, for longer than `offlineAfterMs`;
 * - `refused`: the platform refused the client, which tries nothing until `retry()`;
 * - `closed`: `close()` was called.
 */
export type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'refused' | 'closed'

/** The state of a connection. Each change makes a new object. Times are epoch milliseconds. */
export interface ConnectionState {
  readonly state: ConnectionStatus
  /** When the connection came up or was lost. The change from `reconnecting` to `offline` keeps it. */
  readonly since: number
  /** When the next attempt begins; null while one is under way or none is planned. */
  readonly retryAt: number | null
  /** The round trip of the last ping; null before the first ping and while away. */
  readonly latencyMs: number | null
  /** How many attempts failed in a row. */
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
