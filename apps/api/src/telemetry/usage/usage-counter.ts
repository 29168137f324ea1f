import type { Pool } from 'pg'
import { BatchWriter } from '../../foundation/database/batch-writer.js'

const flushIntervalMs = 5_000
const dayMs = 86_400_000

interface Counts {
  messages: number
  samples: number
  bytes: number
}

/** The use of an organization on one day. */
interface DayUse extends Counts {
  organizationId: number
  /** Days since 1970, in UTC. */
  day: number
}

interface Today {
  /** What was in the database after the last write, of all processes together. */
  storedMessages: number
  /** What a write has that is running or tried again. */
  writingMessages: number
  pending: Counts
}

/**
 * Counts what organizations send on each day, in UTC. What is counted is added to `organization_usage` every few seconds, so
 * that a restart and several processes add up; a process that is killed loses the last seconds.
 */
export class UsageCounter {
  #day: number
  readonly #today = new Map<number, Today>()
  /** What is left to write of days that are over. */
  #past: DayUse[] = []
  readonly #writer: BatchWriter<DayUse[]>

  constructor(
    private readonly pool: Pool,
    onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.#day = this.#currentDay()
    this.#writer = new BatchWriter({
      flushIntervalMs,
      take: () => this.#take(),
      write: (batch) => this.#write(batch),
      onFailure: (error) => {
        onError(error)
        return 'retry'
      },
    })
  }

  /** Reads what was counted on this day before this process was started. */
  async load(): Promise<void> {
    const { rows } = await this.pool.query<{ organizationId: number; messages: number }>(
      `SELECT organization_id AS "organizationId", messages::float8 AS messages
       FROM organization_usage WHERE day = ${dateSql('$1')}`,
      [this.#day],
    )
    for (const { organizationId, messages } of rows) this.#of(organizationId).storedMessages = messages
  }

  messagesToday(organizationId: number): number {
    this.#turnDay()
    const today = this.#today.get(organizationId)
    return today === undefined ? 0 : today.storedMessages + today.writingMessages + today.pending.messages
  }

  /** The organizations that sent something on this day. */
  organizations(): Iterable<number> {
    return this.#today.keys()
  }

  countMessage(organizationId: number, bytes: number): void {
    this.#turnDay()
    const { pending } = this.#of(organizationId)
    pending.messages += 1
    pending.bytes += bytes
    this.#writer.notify()
  }

  countSamples(organizationId: number, samples: number): void {
    this.#turnDay()
    this.#of(organizationId).pending.samples += samples
    this.#writer.notify()
  }

  async close(timeoutMs: number): Promise<void> {
    await this.#writer.close(timeoutMs)
  }

  #currentDay(): number {
    return Math.floor(this.now() / dayMs)
  }

  #of(organizationId: number): Today {
    const known = this.#today.get(organizationId)
    if (known !== undefined) return known
    const today = { storedMessages: 0, writingMessages: 0, pending: nothing() }
    this.#today.set(organizationId, today)
    return today
  }

  /** Begins to count from 0 on another day. */
  #turnDay(): void {
    const day = this.#currentDay()
    if (day === this.#day) return
    this.#past.push(...this.#takePending())
    this.#today.clear()
    this.#day = day
  }

  #takePending(): DayUse[] {
    const taken: DayUse[] = []
    for (const [organizationId, today] of this.#today) {
      const { pending } = today
      if (pending.messages === 0 && pending.samples === 0) continue
      taken.push({ organizationId, day: this.#day, ...pending })
      today.writingMessages += pending.messages
      today.pending = nothing()
    }
    return taken
  }

  #take(): DayUse[] | null {
    this.#turnDay()
    const batch = [...this.#past, ...this.#takePending()]
    this.#past = []
    return batch.length === 0 ? null : batch
  }

  async #write(batch: readonly DayUse[]): Promise<void> {
    const { rows } = await this.pool.query<{ organizationId: number; day: number; messages: number }>(
      addSql,
      [
        batch.map(({ organizationId }) => organizationId),
        batch.map(({ day }) => day),
        batch.map(({ messages }) => messages),
        batch.map(({ samples }) => samples),
        batch.map(({ bytes }) => bytes),
      ],
    )
    for (const { organizationId, day, messages } of rows) {
      if (day !== this.#day) continue
      const today = this.#of(organizationId)
      today.storedMessages = messages
      today.writingMessages = 0
    }
  }
}

function nothing(): Counts {
  return { messages: 0, samples: 0, bytes: 0 }
}

const dateSql = (day: string) => `DATE '1970-01-01' + ${day}::int`

/** An organization that was deleted meanwhile is left out. */
const addSql = `
  INSERT INTO organization_usage AS stored (organization_id, day, messages, samples, bytes)
  SELECT organization.id, ${dateSql('added.day')}, added.messages, added.samples, added.bytes
  FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS added (organization_id, day, messages, samples, bytes)
  JOIN organization ON organization.id = added.organization_id
  ORDER BY 1, 2
  ON CONFLICT (organization_id, day) DO UPDATE SET messages = stored.messages + excluded.messages,
    samples = stored.samples + excluded.samples, bytes = stored.bytes + excluded.bytes
  RETURNING organization_id AS "organizationId", day - DATE '1970-01-01' AS day, messages::float8 AS messages`
