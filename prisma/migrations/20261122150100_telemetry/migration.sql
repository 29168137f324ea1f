-- Telemetry lives in a schema of its own, unknown to Prisma: it is written and read by raw SQL.
CREATE SCHEMA "telemetry";

-- The names of measured values, once each.
CREATE TABLE "telemetry"."key" (
    "id" INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "name" TEXT COLLATE "C" NOT NULL UNIQUE
);

-- One measured value. "ts" is microseconds since 1970; a number stands in "number", all else in "json".
CREATE TABLE "telemetry"."sample" (
    "device_key" INTEGER NOT NULL,
    "key_id" INTEGER NOT NULL,
    "ts" BIGINT NOT NULL,
    "number" DOUBLE PRECISION,
    "json" JSONB,
    PRIMARY KEY ("device_key", "key_id", "ts"),
    CHECK (("number" IS NULL) <> ("json" IS NULL))
);

-- The last value of each key of a device.
CREATE TABLE "telemetry"."latest" (
    "device_key" INTEGER NOT NULL,
    "key_id" INTEGER NOT NULL,
    "ts" BIGINT NOT NULL,
    "number" DOUBLE PRECISION,
    "json" JSONB,
    PRIMARY KEY ("device_key", "key_id")
) WITH (fillfactor = 70);
