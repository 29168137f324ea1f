-- What the broker keeps through a restart, in a schema of its own, unknown to Prisma: it is written by raw SQL in
-- batches, and read once, at start. There are no foreign keys, because one transaction changes a session as a whole.
CREATE SCHEMA "broker";

-- A stored session. "offline_since" is milliseconds since 1970; 0 while somebody is connected.
CREATE TABLE "broker"."session" (
    "session_id" TEXT COLLATE "C" PRIMARY KEY,
    "offline_since" BIGINT NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE "broker"."subscription" (
    "session_id" TEXT COLLATE "C" NOT NULL,
    "filter" TEXT COLLATE "C" NOT NULL,
    "qos" SMALLINT NOT NULL,
    PRIMARY KEY ("session_id", "filter")
);

-- Packet ids of QoS 2 messages that were taken in and not yet released.
CREATE TABLE "broker"."inbound" (
    "session_id" TEXT COLLATE "C" NOT NULL,
    "packet_id" INTEGER NOT NULL,
    PRIMARY KEY ("session_id", "packet_id")
);

-- A message that waits for several sessions, once.
CREATE TABLE "broker"."message" (
    "id" BIGINT PRIMARY KEY,
    "topic" TEXT NOT NULL,
    "payload" BYTEA NOT NULL,
    "qos" SMALLINT NOT NULL
);

-- A message on its way to a session, in the order of "sequence": its own, or one that it shares.
CREATE TABLE "broker"."entry" (
    "session_id" TEXT COLLATE "C" NOT NULL,
    "sequence" BIGINT NOT NULL,
    "message_id" BIGINT,
    "topic" TEXT,
    "payload" BYTEA,
    "message_qos" SMALLINT,
    "qos" SMALLINT NOT NULL,
    "retain" BOOLEAN NOT NULL,
    "packet_id" INTEGER NOT NULL,
    "released" BOOLEAN NOT NULL,
    PRIMARY KEY ("session_id", "sequence"),
    CHECK (num_nulls("topic", "payload", "message_qos") = CASE WHEN "message_id" IS NULL THEN 0 ELSE 3 END)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Finds whether anybody still waits for a shared message.
CREATE INDEX "entry_message_id" ON "broker"."entry" ("message_id") WHERE "message_id" IS NOT NULL;

CREATE TABLE "broker"."retained" (
    "topic" TEXT COLLATE "C" PRIMARY KEY,
    "payload" BYTEA NOT NULL,
    "qos" SMALLINT NOT NULL
) WITH (fillfactor = 70);
