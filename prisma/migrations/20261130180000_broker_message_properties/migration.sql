-- Properties of MQTT 5: those that leave with the message as they are, in the bytes of the specification, and when the message
-- expires, in epoch milliseconds; NULL for none. Subscription identifiers are of an entry, separated by spaces.
ALTER TABLE "broker"."message"
    ADD COLUMN "properties" BYTEA,
    ADD COLUMN "expires_at" BIGINT;

ALTER TABLE "broker"."entry"
    ADD COLUMN "properties" BYTEA,
    ADD COLUMN "expires_at" BIGINT,
    ADD COLUMN "identifiers" TEXT COLLATE "C";

ALTER TABLE "broker"."retained"
    ADD COLUMN "properties" BYTEA,
    ADD COLUMN "expires_at" BIGINT;
