import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Another platform uses the database. The message says which, and what to do. */
export class DatabaseTakenError extends Error {
  override readonly name = 'DatabaseTakenError'
}

interface ClaimEvents {
  /** Shows a message to the operator. */
  report(text: string): void
  /** Another platform took the database when this one lost its connection; this one must not write any more. */
  onTaken(error: DatabaseTakenError): void
}

/** PostgreSQL may need this long to end the connection of a process that was killed. */
const holderTimeoutMs = 10_000
const retryIntervalMs = 250
const reconnectIntervalMs = 1_000
/** PostgreSQL truncates longer application names. */
const longestNameBytes = 63

/**
 * Makes this process the only platform on its database, because each keeps the broker's state in memory. Takes an
 * advisory lock on a connection of its own, which PostgreSQL releases when the connection ends for any reason, and takes
 * it again after an outage. Throws a DatabaseTakenError when another platform keeps the lock.
 */
export function claimDatabase(databaseUrl: string, events: ClaimEvents): Promise<void> {
  return new DatabaseClaim(databaseUrl, events).take()
}

class DatabaseClaim {
  /** Names the holder to other platforms. By the random part this process recognizes an old connection of its own. */
  private readonly name =
    `heliograph claim ${randomBytes(4).toString('hex')} ${process.pid}@${os.hostname()}`.slice(
      0,
      longestNameBytes,
    )

  constructor(
    private readonly databaseUrl: string,
    private readonly events: ClaimEvents,
  ) {}

  async take(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: 10_000,
      query_timeout: 15_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // The server notices within half a minute, not in two hours, that the client's machine no longer answers.
      options:
        '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c statement_timeout=12000',
      application_name: this.name,
    })
    // Without a listener, a connection that breaks would end the process.
    client.on('error', () => {})
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    await client.connect()
    try {
      await this.lock(client)
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
    void ended.then(() => this.takeAgain())
  }

  private async lock(client: pg.Client): Promise<void> {
    const deadlineMs = performance.now() + holderTimeoutMs
    for (let waited = false; ; waited = true) {
      const { rows } = await client.query<{ locked: boolean }>(lockSql)
      if (rows[0]?.locked) return
      const holder = (await client.query<Holder>(holderSql)).rows[0]
      if (holder?.name === this.name) await client.query('SELECT pg_terminate_backend($1)', [holder.pid])
      else if (performance.now() > deadlineMs) throw takenBy(holder)
      else if (!waited)
        this.events.report(`the database is in use by ${describe(holder)}; waiting for it to end`)
      await sleep(retryIntervalMs)
    }
  }

  private async takeAgain(): Promise<void> {
    for (;;) {
      try {
        return await this.take()
      } catch (error) {
        if (error instanceof DatabaseTakenError) return this.events.onTaken(error)
      }
      await sleep(reconnectIntervalMs)
    }
  }
}

// The lock has two numbers, "heli" and 1; migrations use a lock of one number, which is another space.
const lockSql = 'SELECT pg_try_advisory_lock(1751477353, 1) AS locked'

interface Holder {
  pid: number
  name: string | null
  address: string | null
  since: Date | null
}

const holderSql = `
  SELECT l.pid, a.application_name AS name, host(a.client_addr) AS address, a.backend_start AS since
  FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND (l.classid, l.objid, l.objsubid) = (1751477353, 1, 2)
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

function describe(holder: Holder | undefined): string {
  if (holder === undefined) return 'another process'
  const [, pid, host] = /^heliograph claim \w+ (\d+)@(.*)$/.exec(holder.name ?? '') ?? []
  const who = pid === undefined ? 'another process' : `process ${pid} on ${host}`
  const from = holder.address === null ? '' : `, from ${holder.address}`
  const since = holder.since === null ? '' : `, since ${holder.since.toISOString()}`
  return `${who}${from}${since}`
}

function takenBy(holder: Holder | undefined): DatabaseTakenError {
  const hint =
    holder === undefined
      ? ''
      : `\nIf that process no longer runs and PostgreSQL has not noticed yet: SELECT pg_terminate_backend(${holder.pid})`
  return new DatabaseTakenError(
    `Another Heliograph uses this database: ${describe(holder)}.\nOnly one at a time can. Stop the other one, or set DATABASE_URL to another database.${hint}`,
  )
}
