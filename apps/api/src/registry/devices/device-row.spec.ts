import { deviceStatus } from '@heliograph/protocol'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { statusSql } from './device-row.js'

describe('statusSql', () => {
  let client: pg.Client
  beforeAll(async () => {
    client = new pg.Client({ connectionString: inject('postgresUrl') })
    await client.connect()
  })
  afterAll(() => client.end())

  it('returns the same as deviceStatus, for every combination of facts', async () => {
    const now = Date.parse('2026-01-01T12:00:00Z')
    const times = [null, ...[0, 1, 59_999, 60_000, 60_001, 86_400_000].map((ago) => now - ago)]
    const facts = [true, false].flatMap((connected) =>
      times.flatMap((since) =>
        times.flatMap((lastMessageAt) =>
          [1, 60].map((expectedIntervalSeconds) => ({
            connected,
            since,
            lastMessageAt,
            expectedIntervalSeconds,
          })),
        ),
      ),
    )
    const time = (ms: number | null) => (ms === null ? null : new Date(ms))
    const { rows } = await client.query<{ status: string }>(
      `SELECT ${statusSql('$5')} AS status
       FROM unnest($1::boolean[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY
         AS a (connected, since, last_message_at, place)
       JOIN unnest($4::int[]) WITH ORDINALITY AS d (expected_interval_seconds, place) USING (place)
       ORDER BY place`,
      [
        facts.map(({ connected }) => connected),
        facts.map(({ since }) => time(since)),
        facts.map(({ lastMessageAt }) => time(lastMessageAt)),
        facts.map(({ expectedIntervalSeconds }) => expectedIntervalSeconds),
        new Date(now),
      ],
    )
    expect(rows.map(({ status }) => status)).toEqual(facts.map((fact) => deviceStatus(fact, now)))
  })
})
