-- Whom a retained message counts towards, and when it was retained (milliseconds since 1970). Both names are null for a
-- message of the platform, and "owner" is empty where nobody knows who published it: of apps before this migration.
ALTER TABLE "broker"."retained"
    ADD COLUMN "owner" TEXT COLLATE "C",
    ADD COLUMN "owner_group" TEXT COLLATE "C",
    ADD COLUMN "retained_at" BIGINT NOT NULL DEFAULT 0,
    ADD CHECK (("owner" IS NULL) = ("owner_group" IS NULL));

UPDATE "broker"."retained"
SET "owner" = '', "owner_group" = split_part("topic", '/', 1)
WHERE split_part("topic", '/', 2) = 'apps';
