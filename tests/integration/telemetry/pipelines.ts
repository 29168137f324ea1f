import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { ActivityWriter } from '../../../apps/api/src/registry/presence/activity-writer.js'
import { Pipeline, type PipelineOptions } from '../../../apps/api/src/telemetry/ingest/pipeline.js'
import type { IngestOutcome, SourceDevice } from '../../../apps/api/src/telemetry/samples/sample.js'
import { Partitions } from '../../../apps/api/src/telemetry/storage/partitions.js'
import { StoreState } from '../../../apps/api/src/telemetry/storage/store-state.js'

/** A platform's ingest: the next one on the same pool knows nothing of it. */
export function startPipeline(pool: pg.Pool, options: Partial<PipelineOptions> = {}): Pipeline {
  const activity = new ActivityWriter(pool, () => {})
  return new Pipeline({
    pool,
    partitions: new Partitions(pool),
    activity,
    store: new StoreState(),
    ...options,
  })
}

/** A new organization with so many devices. */
export async function makeDevices(pool: pg.Pool, count: number): Promise<SourceDevice[]> {
  const slug = randomUUID().slice(0, 8)
  const { rows } = await pool.query<{ key: number; id: string; organization_id: number }>(
    `WITH made AS (INSERT INTO organization (slug, name) VALUES ($1, $1) RETURNING id)
     INSERT INTO device (organization_id, id, name, updated_at)
     SELECT made.id, device.id, device.id, now() FROM made, unnest($2::text[]) AS device (id) RETURNING key, id, organization_id`,
    [slug, Array.from({ length: count }, () => randomUUID())],
  )
  return rows.map(({ key, id, organization_id }) => ({
    organizationId: organization_id,
    organizationSlug: slug,
    deviceKey: key,
    deviceId: id,
  }))
}

/** Resolves with what a message was decided to, and rejects when it stays undecided. */
export function send(pipeline: Pipeline, device: SourceDevice, payload: unknown): Promise<IngestOutcome> {
  return new Promise((decided, undecided) => {
    const listener = { delayed() {}, decided, undecided }
    pipeline.ingest(device, Buffer.from(JSON.stringify(payload)), listener, 'acknowledged')
  })
}
