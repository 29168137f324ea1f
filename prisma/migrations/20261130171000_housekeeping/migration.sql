-- AlterTable
ALTER TABLE "presence_change" ADD COLUMN     "folded_changes" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "verification_expires_at_idx" ON "verification"("expires_at");

-- CreateIndex
CREATE INDEX "sign_in_address_last_at_idx" ON "sign_in_address"("last_at");
