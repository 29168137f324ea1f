import { randomBytes } from 'node:crypto'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Another platform works on the database; says which, and what to do. */
export class DatabaseTakenError extends Error {
  override readonly name = 'DatabaseTakenError'
}

interface ClaimEvents {
  /** Tells people what goes on. */
  say(text: string): void
  /** Another platform has the database since this one lost its connection: nothing may be written any more. */
  onTaken(error: DatabaseTakenError): void
}

/** What is left of a process that was killed may take so long to end. */
const patienceMs = 10_000
const tryEveryMs = 250
const reconnectEveryMs = 1_000
/** PostgreSQL cuts longer names of applications off. */
const longestNameBytes = 63

/**
 * Makes this process the only platform on its database, for as long as it runs: two would each trust their own memory. It is
 * an advisory lock on a connection of its own, which PostgreSQL lets go of when that ends, however it ends; after an
 * outage it is taken again. Throws a DatabaseTakenError when another platform has it and keeps it.
 */
export function claimDatabase(databaseUrl: string, events: ClaimEvents): Promise<void> {
  return new DatabaseClaim(databaseUrl, events).take()
}

class DatabaseClaim {
  /** Tells whoever is refused who has it; the random part, ourselves that a connection is one of ours that broke. */
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
      // The server learns within half a minute that the machine of its client is gone, instead of in two hours.
      options: '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
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
    const deadlineMs = performance.now() + patienceMs
    for (let waited = false; ; waited = true) {
      const { rows } = await client.query<{ locked: boolean }>(lockSql)
      if (rows[0]?.locked) return
      const holder = (await client.query<Holder>(holderSql)).rows[0]
      if (holder?.name === this.name) await client.query('SELECT pg_terminate_backend($1)', [holder.pid])
      else if (performance.now() > deadlineMs) throw taken(holder)
      else if (!waited)
        this.events.say(`the database is in use by ${described(holder)}; waiting for it to end`)
      await sleep(tryEveryMs)
    }
  }

  private async takeAgain(): Promise<void> {
    for (;;) {
      try {
        return await this.take()
      } catch (error) {
        if (error instanceof DatabaseTakenError) return this.events.onTaken(error)
      }
      await sleep(reconnectEveryMs)
    }
  }
}

// Two numbers, "heli" and 1: the space of one number is that of migrations.
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

function described(holder: Holder | undefined): string {
  if (holder === undefined) return 'another process'
  const [, pid, host] = /^heliograph claim \w+ (\d+)@(.*)$/.exec(holder.name ?? '') ?? []
  const who = pid === undefined ? 'another process' : `process ${pid} on ${host}`
  const from = holder.address === null ? '' : `, from ${holder.address}`
  const since = holder.since === null ? '' : `, since ${holder.since.toISOString()}`
  return `${who}${from}${since}`
}

function taken(holder: Holder | undefined): DatabaseTakenError {
  const gone =
    holder === undefined
      ? ''
      : `\nIf its machine is gone and PostgreSQL has not noticed yet: SELECT pg_terminate_backend(${holder.pid})`
  return new DatabaseTakenError(
    `Another Heliograph works on this database: ${described(holder)}.\nOne at a time can. Stop that one, or give this one a database of its own: DATABASE_URL.${gone}`,
  )
}
