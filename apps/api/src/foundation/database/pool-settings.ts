/** What connections are for. Each purpose has connections of its own, so that none waits for another's queries. */
export type Purpose = keyof typeof poolSettings

export interface PoolSettings {
  connections: number
  /** After this long PostgreSQL cancels a statement. */
  statementMs: number
  /** After this long PostgreSQL gives up waiting for a lock: who waits for a strong one keeps out all who come later. */
  lockMs: number
  /** After this long PostgreSQL ends a connection that has begun a transaction and sends nothing. */
  idleInTransactionMs: number
  /** More settings of PostgreSQL. */
  more?: Readonly<Record<string, string>>
}

/** A statement takes one of the server's processors, not all, as others wait for them. */
const oneProcess = { max_parallel_workers_per_gather: '0', jit: 'off' }

/** Rows are found by an index. A plan made while a table was empty must not scan it when it is full. */
const readByIndex = { default_transaction_read_only: 'on', enable_seqscan: 'off', ...oneProcess }

export const poolSettings = {
  /**
   * Commits of telemetry, with activity and presence of devices. A message that is tried three times, because it takes too
   * long, is decided before the broker's `publishTimeoutMs`.
   */
  ingest: {
    connections: 8,
    statementMs: 5_000,
    lockMs: 4_000,
    idleInTransactionMs: 15_000,
    more: oneProcess,
  },
  /** Who is calling or connecting: credentials, API keys, tokens, sign-in, memberships. Its statements find rows by key. */
  authentication: { connections: 6, statementMs: 5_000, lockMs: 3_000, idleInTransactionMs: 10_000 },
  /** One row or a few of the registry, read and changed for a caller. */
  registry: {
    connections: 6,
    statementMs: 5_000,
    lockMs: 3_000,
    idleInTransactionMs: 15_000,
    more: oneProcess,
  },
  /** Lists of the registry: searched, filtered and sorted for a caller. */
  lists: {
    connections: 4,
    statementMs: 2_000,
    lockMs: 2_000,
    idleInTransactionMs: 10_000,
    more: readByIndex,
  },
  /** History of telemetry for a caller. */
  history: {
    connections: 6,
    statementMs: 10_000,
    lockMs: 3_000,
    idleInTransactionMs: 10_000,
    // Every read uses the primary key.
    more: { ...readByIndex, enable_bitmapscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' },
  },
  /** What nobody waits for: retention, deletion, counts of the overview, sizes, restoring at the start. */
  background: {
    connections: 4,
    statementMs: 300_000,
    lockMs: 5_000,
    idleInTransactionMs: 60_000,
    more: oneProcess,
  },
  /** The broker's stored sessions and retained messages, on one connection; another begins while a broken one ends. */
  broker: { connections: 2, statementMs: 14_000, lockMs: 10_000, idleInTransactionMs: 60_000 },
} satisfies Record<string, PoolSettings>

export const purposes = Object.keys(poolSettings) as readonly Purpose[]

/** All connections that one process opens at most, with that which claims the database. */
export const connectionsInAll =
  1 + Object.values<PoolSettings>(poolSettings).reduce((sum, { connections }) => sum + connections, 0)

/** The settings of a purpose by PostgreSQL's names. */
export function serverSettings(purpose: Purpose): Record<string, string> {
  const { statementMs, lockMs, idleInTransactionMs, more }: PoolSettings = poolSettings[purpose]
  return {
    statement_timeout: String(statementMs),
    lock_timeout: String(lockMs),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
    application_name: `heliograph ${purpose}`,
    ...more,
  }
}

/** The same settings for a connection outside of the pools, as PostgreSQL takes them when it begins. */
export function startupOptions(purpose: Purpose): string {
  return Object.entries(serverSettings(purpose))
    .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
    .join(' ')
}
