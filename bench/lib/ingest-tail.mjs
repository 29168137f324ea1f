import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { endWithUs } from '../../scripts/process/end-with-us.mjs'
import { bucketsOf, quantileBetween } from './histogram.mjs'

/** The steps of a message whose times are in /metrics. */
const steps = {
  checked: ['heliograph_ingest_latency_seconds', 'until="checked"'],
  committed: ['heliograph_ingest_latency_seconds', 'until="committed"'],
  acknowledged: ['heliograph_ingest_latency_seconds', 'until="acknowledged"'],
  commit: ['heliograph_ingest_commit_seconds', ''],
}

/** Watches where messages wait; returns a function that gives the p99 of each step in ms, and how PostgreSQL worked. */
export async function watchTail(platform) {
  const [before, postgres] = [await platform.metrics(), await readPostgres(platform)]
  return async () => {
    const [after, then] = [await platform.metrics(), await readPostgres(platform)]
    const p99 = ([name, labels]) =>
      1_000 * quantileBetween(bucketsOf(before, name, labels), bucketsOf(after, name, labels), 0.99)
    const times = Object.fromEntries(Object.entries(steps).map(([step, where]) => [step, p99(where)]))
    const change = Object.fromEntries(Object.keys(then).map((key) => [key, then[key] - postgres[key]]))
    return { ...times, ...change }
  }
}

/** Checkpoints, MB of write-ahead log and of it the images of whole pages, and how often it was flushed. */
async function readPostgres(platform) {
  const { rows } = await platform.pool.query(
    `SELECT (SELECT num_timed + num_requested FROM pg_stat_checkpointer)::float8 AS checkpoints,
       wal_bytes::float8 / 1e6 AS "walMb", wal_fpi::float8 AS "pageImages",
       (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')::float8 AS flushes,
       (SELECT sum(writes) FILTER (WHERE context = 'init') FROM pg_stat_io WHERE object = 'wal')::float8 AS "newSegments"
     FROM pg_stat_wal`,
  )
  return rows[0]
}

/** Keeps the machine busy until the returned function is called. */
export async function keepBusy(platform) {
  const child = fork(path.join(import.meta.dirname, 'busy-machine.mjs'), [platform.scratchFile('busy')])
  endWithUs(child)
  await once(child, 'message')
  return () => child.kill('SIGKILL')
}
