-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "quota_connections" INTEGER,
ADD COLUMN     "quota_devices" INTEGER,
ADD COLUMN     "quota_messages_per_day" BIGINT,
ADD COLUMN     "quota_stored_bytes" BIGINT;

-- CreateTable
CREATE TABLE "organization_usage" (
    "organization_id" INTEGER NOT NULL,
    "day" DATE NOT NULL,
    "messages" BIGINT NOT NULL,
    "samples" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "organization_usage_pkey" PRIMARY KEY ("organization_id","day")
);

-- CreateIndex
CREATE INDEX "organization_usage_day_idx" ON "organization_usage"("day");

-- AddForeignKey
ALTER TABLE "organization_usage" ADD CONSTRAINT "organization_usage_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
