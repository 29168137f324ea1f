-- AlterTable
ALTER TABLE "device_activity" ADD COLUMN     "clock_not_set" BOOLEAN NOT NULL DEFAULT false,
ALTER COLUMN "clock_skew_ms" SET DATA TYPE BIGINT;

-- These were cut to what an integer holds, so how far the clock was off is not known.
UPDATE "device_activity" SET "clock_skew_ms" = NULL WHERE abs("clock_skew_ms") = 2147483647;
