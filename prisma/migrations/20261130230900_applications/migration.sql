-- CreateTable
CREATE TABLE "application" (
    "id" TEXT NOT NULL,
    "organization_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "subscribe" TEXT[],
    "publish" TEXT[],
    "any_origin" BOOLEAN NOT NULL DEFAULT true,
    "origins" TEXT[],
    "secret_hash" BYTEA NOT NULL,
    "hash_key" TEXT NOT NULL,
    "previous_secret_hash" BYTEA,
    "previous_secret_expires_at" TIMESTAMPTZ(3),
    "hint" TEXT NOT NULL,
    "created_by_id" TEXT,
    "created_by_key_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rotated_at" TIMESTAMPTZ(3),
    "last_connected_at" TIMESTAMPTZ(3),
    "last_address" TEXT,

    CONSTRAINT "application_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "application_organization_id_created_at_idx" ON "application"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "application_created_by_id_idx" ON "application"("created_by_id");

-- CreateIndex
CREATE INDEX "application_created_by_key_id_idx" ON "application"("created_by_key_id");

-- AddForeignKey
ALTER TABLE "application" ADD CONSTRAINT "application_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "application" ADD CONSTRAINT "application_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "application" ADD CONSTRAINT "application_created_by_key_id_fkey" FOREIGN KEY ("created_by_key_id") REFERENCES "api_key"("id") ON DELETE SET NULL ON UPDATE CASCADE;
