ALTER TABLE "organization" ADD COLUMN "retention_days" INTEGER;
ALTER TABLE "device_activity" ADD COLUMN "dropped_messages" BIGINT NOT NULL DEFAULT 0, ADD COLUMN "clock_skew_ms" INTEGER;

ALTER TABLE "telemetry"."sample" RENAME TO "sample_before";
ALTER INDEX "telemetry"."sample_pkey" RENAME TO "sample_before_pkey";

-- One measured value. "ts" is microseconds since 1970. A number stands in "number", all else in "json"; an integer
-- that a double cannot hold stands in both, in "json" exactly.
CREATE TABLE "telemetry"."sample" (
    "device_key" INTEGER NOT NULL,
    "key_id" INTEGER NOT NULL,
    "ts" BIGINT NOT NULL,
    "number" DOUBLE PRECISION,
    "json" JSONB,
    PRIMARY KEY ("device_key", "key_id", "ts"),
    CHECK ("json" IS NULL AND "number" IS NOT NULL OR "json" IS NOT NULL AND ("number" IS NULL OR jsonb_typeof("json") = 'number'))
) PARTITION BY RANGE ("ts");

-- What a key measured within a minute or an hour that begins at "ts": its numbers, and how many other values.
CREATE TABLE "telemetry"."minute" (
    "device_key" INTEGER NOT NULL,
    "key_id" INTEGER NOT NULL,
    "ts" BIGINT NOT NULL,
    "count" INTEGER NOT NULL,
    "sum" DOUBLE PRECISION NOT NULL,
    "min" DOUBLE PRECISION,
    "max" DOUBLE PRECISION,
    "first" DOUBLE PRECISION,
    "first_ts" BIGINT,
    "last" DOUBLE PRECISION,
    "last_ts" BIGINT,
    "other_count" INTEGER NOT NULL,
    "other_last" JSONB,
    "other_last_ts" BIGINT,
    PRIMARY KEY ("device_key", "key_id", "ts")
) PARTITION BY RANGE ("ts");
CREATE TABLE "telemetry"."hour" (LIKE "telemetry"."minute" INCLUDING ALL) PARTITION BY RANGE ("ts");

-- A sum that leaves a double's range is infinite; PostgreSQL's own + would refuse the row.
CREATE FUNCTION "telemetry"."plus"(a DOUBLE PRECISION, b DOUBLE PRECISION) RETURNS DOUBLE PRECISION
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN b IS NULL THEN a WHEN (a > 0) = (b > 0) AND abs(a) > 1.7976931348623157e308 - abs(b)
    THEN CASE WHEN a > 0 THEN 'Infinity'::float8 ELSE '-Infinity'::float8 END ELSE a + b END
$$;
CREATE AGGREGATE "telemetry"."total"(DOUBLE PRECISION) (SFUNC = "telemetry"."plus", STYPE = DOUBLE PRECISION, INITCOND = '0');

-- Makes what is missing of the partitions for times from .. to, both included: samples by the week, from Monday
-- 00:00 UTC, minutes by 4 weeks, hours by 52. All before week 2600 (4 November 2019) shares one, so that whoever
-- sends times of long ago makes no more tables than there were weeks since.
CREATE FUNCTION "telemetry"."make_partitions"(from_us BIGINT, to_us BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  week_us CONSTANT BIGINT := 604800000000;
  monday_us CONSTANT BIGINT := 345600000000;
  first_week CONSTANT BIGINT := 2600;
  first_us CONSTANT BIGINT := monday_us + first_week * week_us;
  parent TEXT;
  weeks BIGINT;
  fill INT;
  week BIGINT;
BEGIN
  PERFORM pg_advisory_xact_lock(4354737);
  FOR parent, weeks, fill IN VALUES ('sample', 1, 100), ('minute', 4, 85), ('hour', 52, 70) LOOP
    IF from_us < first_us THEN
      PERFORM telemetry.make_partition(parent, 'before_' || telemetry.day(first_us), fill, 'MINVALUE', first_us::text);
    END IF;
    week := greatest(first_week, (from_us - monday_us) / week_us) / weeks * weeks;
    WHILE monday_us + week * week_us <= to_us LOOP
      PERFORM telemetry.make_partition(parent, telemetry.day(monday_us + week * week_us), fill,
        (monday_us + week * week_us)::text, (monday_us + (week + weeks) * week_us)::text);
      week := week + weeks;
    END LOOP;
  END LOOP;
END $$;

CREATE FUNCTION "telemetry"."day"(us BIGINT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(to_timestamp(us / 1000000) AT TIME ZONE 'UTC', 'YYYYMMDD')
$$;

-- Made apart and attached, so that nobody who reads or writes has to wait. What stands in the way without being
-- attached is what a stopped clean-up left.
CREATE FUNCTION "telemetry"."make_partition"(parent TEXT, suffix TEXT, fill INT, lower_bound TEXT, upper_bound TEXT)
RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  name CONSTANT TEXT := parent || '_' || suffix;
BEGIN
  IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('telemetry.' || name)) THEN RETURN; END IF;
  EXECUTE format('DROP TABLE IF EXISTS telemetry.%I', name);
  EXECUTE format('CREATE TABLE telemetry.%I (LIKE telemetry.%I INCLUDING ALL) WITH (fillfactor = %s)', name, parent, fill);
  EXECUTE format('ALTER TABLE telemetry.%I ATTACH PARTITION telemetry.%I FOR VALUES FROM (%s) TO (%s)',
    parent, name, lower_bound, upper_bound);
END $$;

-- What there is moves over, and is rolled up.
SELECT "telemetry"."make_partitions"("ts", "ts")
FROM (SELECT min("ts") AS "ts" FROM "telemetry"."sample_before" GROUP BY ("ts" - 345600000000) / 604800000000) AS week;

INSERT INTO "telemetry"."sample" SELECT "device_key", "key_id", "ts", "number", "json" FROM "telemetry"."sample_before";

INSERT INTO "telemetry"."minute"
SELECT "device_key", "key_id", "ts" / 60000000 * 60000000, count("number"), "telemetry"."total"("number"), min("number"), max("number"),
  (array_agg("number" ORDER BY "ts") FILTER (WHERE "number" IS NOT NULL))[1], min("ts") FILTER (WHERE "number" IS NOT NULL),
  (array_agg("number" ORDER BY "ts" DESC) FILTER (WHERE "number" IS NOT NULL))[1], max("ts") FILTER (WHERE "number" IS NOT NULL),
  count(*) FILTER (WHERE "number" IS NULL), (array_agg("json" ORDER BY "ts" DESC) FILTER (WHERE "number" IS NULL))[1],
  max("ts") FILTER (WHERE "number" IS NULL)
FROM "telemetry"."sample" GROUP BY 1, 2, 3;

INSERT INTO "telemetry"."hour"
SELECT "device_key", "key_id", "ts" / 3600000000 * 3600000000, sum("count"), "telemetry"."total"("sum"), min("min"), max("max"),
  (array_agg("first" ORDER BY "ts") FILTER (WHERE "count" > 0))[1], min("first_ts"),
  (array_agg("last" ORDER BY "ts" DESC) FILTER (WHERE "count" > 0))[1], max("last_ts"),
  sum("other_count"), (array_agg("other_last" ORDER BY "ts" DESC) FILTER (WHERE "other_count" > 0))[1], max("other_last_ts")
FROM "telemetry"."minute" GROUP BY 1, 2, 3;

DROP TABLE "telemetry"."sample_before";
