-- AlterTable
ALTER TABLE "user" ADD COLUMN     "platform_administrator" BOOLEAN NOT NULL DEFAULT false;

-- The first account set the platform up.
UPDATE "user" SET "platform_administrator" = true
WHERE "id" = (SELECT "id" FROM "user" ORDER BY "created_at", "id" LIMIT 1);
