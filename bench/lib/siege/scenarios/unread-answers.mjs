import { keepOpen, rawHttp, requestHead } from '../http-attacker.mjs'

export const title = '6. 300 JSON pages of 8 MB that are not read'

const atOnce = 300
const samples = 10_000
const everyMs = 10
const spacingUs = 1_000

export async function prepare({ platform, attacker }) {
  await attacker.accounts.device('talker')
  const beginUs = Math.floor(Date.now() / 3_600_000 - 2) * 3_600_000_000
  const { pool } = platform
  await pool.query('SELECT telemetry.make_partitions($1::bigint, $1::bigint)', [beginUs])
  await pool.query("INSERT INTO telemetry.key (name) VALUES ('text') ON CONFLICT DO NOTHING")
  await pool.query(
    `INSERT INTO telemetry.sample (device_key, key_id, ts, json)
     SELECT d.key, k.id, $1::bigint + i * ${spacingUs}, to_jsonb(repeat(md5(i::text), 25))
     FROM device d, telemetry.key k, generate_series(0, ${samples - 1}) i WHERE d.id = 'talker' AND k.name = 'text'`,
    [beginUs],
  )
  await pool.query('ANALYZE telemetry.sample')
  const range = `from=${beginUs / 1_000}&to=${beginUs / 1_000 + 60_000}`
  return {
    authorization: await attacker.accounts.viewer(),
    path: `/api/v1/devices/talker/telemetry?keys=text&${range}&limit=${samples}`,
  }
}

export async function attack(target, told) {
  const { path, authorization } = target
  const request = requestHead('GET', path, { authorization })
  keepOpen(atOnce, { everyMs }, () => rawHttp(target, told, request, { reads: false }))
  await new Promise(() => undefined)
}
