-- DropForeignKey
ALTER TABLE "api_key" DROP CONSTRAINT "api_key_created_by_id_fkey";

-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "created_by_key_id" TEXT;

-- CreateIndex
CREATE INDEX "api_key_created_by_key_id_idx" ON "api_key"("created_by_key_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_created_by_key_id_fkey" FOREIGN KEY ("created_by_key_id") REFERENCES "api_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The audit knows which keys were made with which. Those end with their maker from now on, as new ones do.
UPDATE "api_key" AS made SET "created_by_key_id" = maker."id"
FROM "audit_row" AS audit JOIN "api_key" AS maker ON audit."actor" = 'key:' || maker."id"
WHERE audit."action" = 'apiKey.create' AND audit."target" = 'api-key/' || made."id"
  AND made."created_by_id" IS NULL AND maker."organization_id" = made."organization_id" AND maker."id" <> made."id";

WITH RECURSIVE "line" AS (
  SELECT "id", "created_by_id", "expires_at" FROM "api_key" WHERE "created_by_key_id" IS NULL
  UNION ALL
  SELECT made."id", "line"."created_by_id", LEAST(made."expires_at", "line"."expires_at")
  FROM "api_key" AS made JOIN "line" ON made."created_by_key_id" = "line"."id"
)
UPDATE "api_key" AS made SET "created_by_id" = "line"."created_by_id", "expires_at" = "line"."expires_at"
FROM "line" WHERE made."id" = "line"."id" AND made."created_by_key_id" IS NOT NULL;
