export const minuteUs = 60_000_000
export const hourUs = 3_600_000_000

export const bucketColumns =
  'device_key, key_id, ts, count, sum, min, max, first, first_ts, last, last_ts, other_count, other_last, other_last_ts'

/** The columns of a bucket after its device, key and start, computed from samples. */
export const sampleAggregates = `count(number)::int, telemetry.total(number), min(number), max(number),
  (array_agg(number ORDER BY ts) FILTER (WHERE number IS NOT NULL))[1], min(ts) FILTER (WHERE number IS NOT NULL),
  (array_agg(number ORDER BY ts DESC) FILTER (WHERE number IS NOT NULL))[1], max(ts) FILTER (WHERE number IS NOT NULL),
  (count(*) - count(number))::int, (array_agg(json ORDER BY ts DESC) FILTER (WHERE number IS NULL))[1],
  max(ts) FILTER (WHERE number IS NULL)`

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

/** Replaces the stored bucket. */
export const replaceBuckets = `
  ON CONFLICT (device_key, key_id, ts) DO UPDATE SET
    (count, sum, min, max, first, first_ts, last, last_ts, other_count, other_last, other_last_ts) =
    (excluded.count, excluded.sum, excluded.min, excluded.max, excluded.first, excluded.first_ts, excluded.last,
      excluded.last_ts, excluded.other_count, excluded.other_last, excluded.other_last_ts)`
