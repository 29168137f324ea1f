DROP FUNCTION "telemetry"."make_partitions"(BIGINT, BIGINT);

-- Makes what is missing of the partitions for times from .. to, both included. Around now, from 8 weeks ago on: samples by
-- the week, from Monday 00:00 UTC, minutes by 4 weeks, hours by 52. Before that all are by 52 weeks, without what has
-- partitions already, so that old times make a few tables a year and not one a week. All before week 2600 (4 November
-- 2019) share one.
CREATE FUNCTION "telemetry"."make_partitions"(from_us BIGINT, to_us BIGINT, now_us BIGINT DEFAULT (extract(epoch FROM now()) * 1000000)::bigint)
RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  week_us CONSTANT BIGINT := 604800000000;
  monday_us CONSTANT BIGINT := 345600000000;
  first_week CONSTANT BIGINT := 2600;
  coarse_weeks CONSTANT BIGINT := 52;
  recent_weeks CONSTANT BIGINT := 8;
  first_us CONSTANT BIGINT := monday_us + first_week * week_us;
  parent TEXT;
  weeks BIGINT;
  fill INT;
  -- The first week whose partitions are fine.
  fine_week BIGINT;
  week BIGINT;
  low BIGINT;
  high BIGINT;
BEGIN
  PERFORM pg_advisory_xact_lock(4354737);
  FOR parent, weeks, fill IN VALUES ('sample', 1, 100), ('minute', 4, 85), ('hour', 52, 70) LOOP
    IF from_us < first_us THEN
      PERFORM telemetry.make_partition(parent, 'before_' || telemetry.day(first_us), fill, 'MINVALUE', first_us::text);
    END IF;
    fine_week := greatest(first_week, ((now_us - monday_us) / week_us - recent_weeks) / weeks * weeks);
    week := greatest(first_week, (from_us - monday_us) / week_us);
    WHILE monday_us + week * week_us <= to_us LOOP
      IF week >= fine_week THEN
        low := week / weeks * weeks;
        high := low + weeks;
      ELSE
        low := week / coarse_weeks * coarse_weeks;
        high := least(low + coarse_weeks, fine_week);
      END IF;
      week := (telemetry.fill_gap(parent, weeks * week_us, fill, monday_us + week * week_us, monday_us + low * week_us,
        monday_us + high * week_us) - monday_us) / week_us;
    END LOOP;
  END LOOP;
END $$;

-- Makes the partition with the time at_us, as long as its neighbours leave room between low and high, unless there is one.
-- Returns where that partition ends. Its name has its end, unless it has the usual width.
CREATE FUNCTION "telemetry"."fill_gap"(parent TEXT, usual_us BIGINT, fill INT, at_us BIGINT, low BIGINT, high BIGINT)
RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
  bounds RECORD;
BEGIN
  FOR bounds IN
    SELECT coalesce((parts)[1]::bigint, 0) AS from_us, (parts)[2]::bigint AS to_us
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    CROSS JOIN LATERAL regexp_match(pg_get_expr(relpartbound, inhrelid), 'FROM \((?:''(\d+)''|MINVALUE)\) TO \(''(\d+)''\)') AS parts
    WHERE inhparent = ('telemetry.' || parent)::regclass
  LOOP
    IF bounds.from_us <= at_us AND at_us < bounds.to_us THEN RETURN bounds.to_us; END IF;
    IF bounds.to_us <= at_us THEN low := greatest(low, bounds.to_us); END IF;
    IF bounds.from_us > at_us THEN high := least(high, bounds.from_us); END IF;
  END LOOP;
  PERFORM telemetry.make_partition(parent,
    telemetry.day(low) || CASE WHEN high - low = usual_us THEN '' ELSE '_' || telemetry.day(high) END, fill, low::text, high::text);
  RETURN high;
END $$;
