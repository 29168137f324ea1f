export const weekUs = 604_800_000_000
export const monthUs = 30 * 86_400_000_000

/** The month that is read: it begins on a Monday and ends in the past. */
export const monthBeginUs = Date.UTC(2026, 0, 5) * 1_000

/** The devices of a page of the list, whose latest values are asked for at once. */
export const devicesOfPage = 100

/** Keys that each of them has. */
const keysOfPage = 5

/**
 * Fills the tables with so many samples in all: dev-0 has one key with `perMonth` of them in the month; what is left goes to
 * the other devices in blocks of a month at one a second, and what is not a whole block over the devices of a page.
 */
export async function fillHistory(pool, { samples, perMonth }) {
  const { rows } = await pool.query(
    "SELECT key FROM device WHERE id LIKE 'dev-%' ORDER BY substr(id, 5)::int",
  )
  const devices = rows.map(({ key }) => key)
  const keys = await keyIds(pool, keysOfPage)
  await pool.query('SELECT telemetry.make_partitions($1, $2, $1)', [monthBeginUs, monthBeginUs + monthUs])
  const block = monthUs / 1_000_000
  await fillSeries(pool, devices[0], keys[0], perMonth)
  let left = samples - perMonth
  for (let index = 1; left >= block; index++, left -= block)
    await fillSeries(pool, devices[index], keys[0], block)
  const rest = devices.slice(-devicesOfPage).flatMap((device) => keys.slice(1).map((key) => [device, key]))
  const each = Math.floor(left / rest.length)
  if (each > 0) for (const [device, key] of rest) await fillSeries(pool, device, key, each)
  await rollUp(pool, 'minute', 60_000_000, 'sample')
  await rollUp(pool, 'hour', 3_600_000_000, 'minute')
  await pool.query(
    `INSERT INTO telemetry.latest SELECT DISTINCT ON (device_key, key_id) device_key, key_id, last_ts, last, NULL
     FROM telemetry.hour ORDER BY device_key, key_id, ts DESC`,
  )
  await pool.query('VACUUM (ANALYZE) telemetry.sample, telemetry.minute, telemetry.hour, telemetry.latest')
  await pool.query('CHECKPOINT')
  return { deviceKey: devices[0], keyId: keys[0], organizationId: rows[0].organization_id }
}

async function keyIds(pool, count) {
  const names = Array.from({ length: count }, (_, index) => `value-${index}`)
  await pool.query('INSERT INTO telemetry.key (name) SELECT unnest($1::text[])', [names])
  const { rows } = await pool.query('SELECT id FROM telemetry.key WHERE name = ANY($1) ORDER BY name', [
    names,
  ])
  return rows.map(({ id }) => id)
}

/** A wave with noise, spread evenly over the month. */
async function fillSeries(pool, deviceKey, keyId, count) {
  await pool.query(
    `INSERT INTO telemetry.sample
     SELECT $1, $2, $3::bigint + (i * ($4::float8 / $5::bigint))::bigint, 20 + 5 * sin(i / 5000.0) + random(), NULL
     FROM generate_series(0, $5::bigint - 1) AS i`,
    [deviceKey, keyId, monthBeginUs, monthUs, count],
  )
}

async function rollUp(pool, table, us, from) {
  const fromSample = from === 'sample'
  const [count, sum] = fromSample ? ['count(*)', 'sum(number)'] : ['sum(count)', 'sum(sum)']
  const [min, max] = fromSample ? ['min(number)', 'max(number)'] : ['min(min)', 'max(max)']
  const [first, last] = fromSample
    ? ['min(ARRAY[ts, number])', 'max(ARRAY[ts, number])']
    : ['min(ARRAY[first_ts, first])', 'max(ARRAY[last_ts, last])']
  await pool.query(
    `INSERT INTO telemetry.${table}
     SELECT device_key, key_id, start, count, sum, min, max, first[2], first[1], last[2], last[1], 0, NULL, NULL
     FROM (SELECT device_key, key_id, ts / ${us} * ${us} AS start, ${count} AS count, ${sum} AS sum,
         ${min} AS min, ${max} AS max, ${first} AS first, ${last} AS last
       FROM telemetry.${from} GROUP BY 1, 2, 3) AS bucket
     ORDER BY 1, 2, 3`,
  )
}
