import type {
  DeviceSample,
  ReadTelemetry,
  TelemetryOfDevicesPage,
  TelemetryValue,
} from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { Principal } from '../../foundation/principal/principal.js'
import { AggregateReader } from './aggregates/aggregate-reader.js'
import { PointsReader } from './points/points-reader.js'
import { cursorOf, type HistoryQuery, parseHistoryQuery, type SamplesQuery } from './query/history-query.js'
import { ReadLimiter } from './query/read-limiter.js'
import { ReadingPool } from './query/reading-pool.js'
import { readSamples, type SampleRow } from './query/sample-reader.js'
import { compareSeries, type Point, type Series } from './query/series.js'
import { SeriesLookup } from './query/series-lookup.js'
import { toValue } from './query/stored-value.js'

const defaultLimit = 1_000
/** Series that one request may read: as samples, or as points and aggregates. */
const mostSeriesOfSamples = 2_000
const mostSeriesOfPoints = 200
/** A page ends early once its text is this long. */
const longestPageBytes = 8 * 1_048_576
const streamedRows = 4_000

/** Reads telemetry of devices of the caller's organization. */
@Injectable()
export class TelemetryService {
  constructor(
    private readonly lookup: SeriesLookup,
    private readonly pool: ReadingPool,
    private readonly points: PointsReader,
    private readonly aggregates: AggregateReader,
    private readonly limiter: ReadLimiter,
  ) {}

  /** History of the devices as one answer. Throws an InvalidError for a query that is not valid. */
  async read(
    principal: Principal,
    devices: readonly string[],
    input: ReadTelemetry,
  ): Promise<TelemetryOfDevicesPage> {
    return this.limiter.run(principal, async () => {
      const { query, series } = await this.prepare(principal, devices, input)
      return query.kind === 'samples' ? this.readPage(series, query) : this.readWhole(series, query)
    })
  }

  /** History in chunks, complete however long it is. Throws before the first chunk what `read` throws. */
  async stream(
    principal: Principal,
    devices: readonly string[],
    input: ReadTelemetry,
  ): Promise<AsyncIterable<DeviceSample[]>> {
    return this.limiter.run(principal, async () => {
      const { query, series } = await this.prepare(principal, devices, input)
      if (query.kind !== 'samples') return oneChunk((await this.readWhole(series, query)).items)
      const chunks = this.streamSamples(series, query)
      const first = await chunks.next()
      if (first.done) return oneChunk([])
      return continued(first.value, chunks, (read) => this.limiter.run(principal, read))
    })
  }

  private async prepare(principal: Principal, ids: readonly string[], input: ReadTelemetry) {
    const query = parseHistoryQuery(input, Date.now())
    const maximum = query.kind === 'samples' ? mostSeriesOfSamples : mostSeriesOfPoints
    return { query, series: await this.lookup.find(principal, ids, query.keys, maximum) }
  }

  private async readPage(series: readonly Series[], query: SamplesQuery): Promise<TelemetryOfDevicesPage> {
    const limit = query.limit ?? defaultLimit
    const rows: SampleRow[] = []
    let textBytes = 0
    for await (const chunk of readSamples(this.pool, series, query, limit + 1)) {
      for (const row of chunk) {
        const last = rows.at(-1)
        if (last !== undefined && (rows.length === limit || textBytes > longestPageBytes))
          return { items: rows.map(toItem), nextCursor: cursorOf({ tsUs: last.tsUs, ...last.series }) }
        rows.push(row)
        textBytes += row.jsonBytes
      }
    }
    return { items: rows.map(toItem), nextCursor: null }
  }

  private async readWhole(
    series: readonly Series[],
    query: Exclude<HistoryQuery, SamplesQuery>,
  ): Promise<TelemetryOfDevicesPage> {
    if (query.kind === 'points') {
      const { found, ...origin } = await this.points.read(series, query)
      return { items: interleave(found), nextCursor: null, ...origin }
    }
    const { found, ...origin } = await this.aggregates.read(series, query)
    return { items: interleave(found), nextCursor: null, ...origin }
  }

  private async *streamSamples(
    series: readonly Series[],
    query: SamplesQuery,
  ): AsyncGenerator<DeviceSample[]> {
    let left = query.limit ?? Number.POSITIVE_INFINITY
    for await (const chunk of readSamples(this.pool, series, query, Math.min(streamedRows, left))) {
      yield chunk.slice(0, left).map(toItem)
      left -= chunk.length
      if (left <= 0) return
    }
  }
}

async function* oneChunk(items: DeviceSample[]): AsyncGenerator<DeviceSample[]> {
  yield items
}

/** Reads each further chunk when it is the caller's turn. */
async function* continued<Chunk>(
  first: Chunk,
  rest: AsyncGenerator<Chunk>,
  inTurn: <Result>(read: () => Promise<Result>) => Promise<Result>,
): AsyncGenerator<Chunk> {
  try {
    yield first
    for (;;) {
      const next = await inTurn(() => rest.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    await rest.return(undefined)
  }
}

function toItem(row: SampleRow): DeviceSample {
  const { series, tsUs } = row
  return { device: series.device, key: series.key, ts: tsUs / 1_000, value: toValue(row) }
}

/** Merges the series by time, then device, then key. */
function interleave(
  found: readonly { series: Series; points: readonly Point<TelemetryValue>[] }[],
): DeviceSample[] {
  return [...found]
    .sort((a, b) => compareSeries(a.series, b.series))
    .flatMap(({ series: { device, key }, points }) =>
      points.map(({ tsUs, value }) => ({ device, key, ts: tsUs / 1_000, value })),
    )
    .sort((a, b) => a.ts - b.ts)
}
