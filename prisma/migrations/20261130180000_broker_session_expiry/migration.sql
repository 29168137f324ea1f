-- How long a session outlives its connection: those from before MQTT 5 stay for the seven days that they had.
ALTER TABLE "broker"."session" ADD COLUMN "expiry_ms" BIGINT NOT NULL DEFAULT 604800000;
ALTER TABLE "broker"."session" ALTER COLUMN "expiry_ms" DROP DEFAULT;

-- The options of a subscription of MQTT 5. "identifier" is 0 for none.
ALTER TABLE "broker"."subscription"
    ADD COLUMN "no_local" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "retain_as_published" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "identifier" INTEGER NOT NULL DEFAULT 0;

-- A will that is sent "delay_seconds" after its session has lost its client. "expiry_seconds" is -1 for none.
CREATE TABLE "broker"."will" (
    "session_id" TEXT COLLATE "C" PRIMARY KEY,
    "client_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" BYTEA NOT NULL,
    "qos" SMALLINT NOT NULL,
    "retain" BOOLEAN NOT NULL,
    "delay_seconds" BIGINT NOT NULL,
    "expiry_seconds" BIGINT NOT NULL,
    "properties" BYTEA
);
