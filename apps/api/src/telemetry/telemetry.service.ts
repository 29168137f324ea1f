import type {
  LatestTelemetry,
  ReadTelemetry,
  Sample,
  TelemetryPage,
  TelemetryValue,
} from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../database/database.service.js'
import { DeviceLookup } from '../devices/device-lookup.js'
import type { Principal } from '../principal/principal.js'
import { cursorOf, type HistoryQuery, parseHistoryQuery } from './history-query.js'

interface SampleRow {
  key: string
  /** int8 comes as text. */
  ts: string
  number: number | null
  json: TelemetryValue
}

/** Reads telemetry of the caller's own devices. */
@Injectable()
export class TelemetryService {
  constructor(
    private readonly database: Database,
    private readonly devices: DeviceLookup,
  ) {}

  /** The last value of each key, by name. */
  async latest(principal: Principal, deviceId: string): Promise<LatestTelemetry> {
    const device = await this.devices.find(principal, deviceId)
    const { rows } = await this.database.pool.query<SampleRow>(
      `SELECT key.name AS key, latest.ts, latest.number, latest.json
       FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
       WHERE latest.device_key = $1 ORDER BY key.name`,
      [device.key],
    )
    return { items: rows.map(toSample) }
  }

  /** A page of history, ascending by time and key. Throws an InvalidError for a query that makes no sense. */
  async read(principal: Principal, deviceId: string, input: ReadTelemetry): Promise<TelemetryPage> {
    const query = parseHistoryQuery(input, Date.now())
    const device = await this.devices.find(principal, deviceId)
    const rows = await this.readRows(device.key, query)
    const page = rows.slice(0, query.limit)
    const last = page.at(-1)
    const more = rows.length > query.limit && last !== undefined
    return {
      items: page.map(toSample),
      nextCursor: more ? cursorOf({ tsUs: Number(last.ts), key: last.key }) : null,
    }
  }

  /** One row more than asked for, when there is one. */
  private async readRows(deviceKey: number, query: HistoryQuery): Promise<SampleRow[]> {
    const { rows } = await this.database.pool.query<SampleRow>(historySql, [
      deviceKey,
      query.keys,
      query.fromUs,
      query.toUs,
      query.after?.tsUs ?? null,
      query.after?.key ?? null,
      query.limit + 1,
    ])
    return rows
  }
}

/** Walks the primary key once per key and no further than the page reaches, so that the range's size costs nothing. */
const historySql = `
  WITH wanted AS MATERIALIZED (
    SELECT key.id, key.name,
      CASE WHEN $5::bigint IS NULL THEN $3::bigint
        ELSE GREATEST($3::bigint, $5::bigint + CASE WHEN key.name > $6::text COLLATE "C" THEN 0 ELSE 1 END)
      END AS from_us
    FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
    WHERE latest.device_key = $1 AND ($2::text[] IS NULL OR key.name = ANY($2::text[]))
  )
  SELECT wanted.name AS key, found.ts, found.number, found.json
  FROM wanted CROSS JOIN LATERAL (
    SELECT ts, number, json FROM telemetry.sample
    WHERE device_key = $1 AND key_id = wanted.id AND ts >= wanted.from_us AND ts < $4::bigint
    ORDER BY ts LIMIT $7
  ) AS found
  ORDER BY found.ts, wanted.name LIMIT $7`

function toSample({ key, ts, number, json }: SampleRow): Sample {
  return { key, ts: Number(ts) / 1_000, value: number ?? json }
}
