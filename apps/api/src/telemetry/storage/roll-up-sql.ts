export const minuteUs = 60_000_000
export const hourUs = 3_600_000_000

/** The columns of a bucket after its device, key and start, computed from the samples of a batch. */
export const sampleAggregates = `count(number)::int, telemetry.total(number), min(number), max(number),
  (array_agg(number ORDER BY ts) FILTER (WHERE number IS NOT NULL))[1], min(ts) FILTER (WHERE number IS NOT NULL),
  (array_agg(number ORDER BY ts DESC) FILTER (WHERE number IS NOT NULL))[1], max(ts) FILTER (WHERE number IS NOT NULL),
  (count(*) - count(number))::int, (array_agg(json ORDER BY ts DESC) FILTER (WHERE number IS NULL))[1],
  max(ts) FILTER (WHERE number IS NULL)`

/**
 * The same columns, computed from all stored samples where `where` holds, which may be hundreds of thousands of one series:
 * one pass for what adds up, and the ends by the primary key.
 */
export const storedSampleAggregates = (where: string): string => `
  SELECT numbers.count, numbers.sum, numbers.min, numbers.max, first.number AS first, first.ts AS first_ts,
    last.number AS last, last.ts AS last_ts, numbers.other_count, other.json AS other_last, other.ts AS other_last_ts
  FROM (
    SELECT count(number)::int AS count, telemetry.scaled_up(sum(number * 2::float8 ^ -24)) AS sum, min(number), max(number),
      (count(*) - count(number))::int AS other_count
    FROM telemetry.sample WHERE ${where}
  ) AS numbers
  LEFT JOIN LATERAL (${endOfSamples(where, 'number IS NOT NULL', 'ts')}) AS first ON numbers.count > 0
  LEFT JOIN LATERAL (${endOfSamples(where, 'number IS NOT NULL', 'ts DESC')}) AS last ON numbers.count > 0
  LEFT JOIN LATERAL (${endOfSamples(where, 'number IS NULL', 'ts DESC')}) AS other ON numbers.other_count > 0`

const endOfSamples = (where: string, kind: string, order: string) =>
  `SELECT number, json, ts FROM telemetry.sample WHERE ${where} AND ${kind} ORDER BY ${order} LIMIT 1`

/** The same columns, computed from the buckets within it. */
export const bucketAggregates = `sum(count)::int, telemetry.total(sum), min(min), max(max),
  (array_agg(first ORDER BY ts) FILTER (WHERE count > 0))[1], min(first_ts),
  (array_agg(last ORDER BY ts DESC) FILTER (WHERE count > 0))[1], max(last_ts),
  sum(other_count)::int, (array_agg(other_last ORDER BY ts DESC) FILTER (WHERE other_count > 0))[1], max(other_last_ts)`

/** Adds a bucket of new samples to the stored one. */
export const mergeBuckets = `
  ON CONFLICT (device_key, key_id, ts) DO UPDATE SET
    count = stored.count + excluded.count,
    sum = telemetry.plus(stored.sum, excluded.sum),
    min = LEAST(stored.min, excluded.min),
    max = GREATEST(stored.max, excluded.max),
    first = CASE WHEN stored.first_ts IS NULL OR excluded.first_ts < stored.first_ts THEN excluded.first ELSE stored.first END,
    first_ts = LEAST(stored.first_ts, excluded.first_ts),
    last = CASE WHEN stored.last_ts IS NULL OR excluded.last_ts > stored.last_ts THEN excluded.last ELSE stored.last END,
    last_ts = GREATEST(stored.last_ts, excluded.last_ts),
    other_count = stored.other_count + excluded.other_count,
    other_last = CASE WHEN stored.other_last_ts IS NULL OR excluded.other_last_ts > stored.other_last_ts THEN excluded.other_last ELSE stored.other_last END,
    other_last_ts = GREATEST(stored.other_last_ts, excluded.other_last_ts)`

/** The columns of a bucket after its device, key and start. */
export const bucketValues =
  'count, sum, min, max, first, first_ts, last, last_ts, other_count, other_last, other_last_ts'

export const bucketColumns = `device_key, key_id, ts, ${bucketValues}`
