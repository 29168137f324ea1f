-- A mail that invites to an organization is dropped with it.
ALTER TABLE "outgoing_mail" ADD COLUMN "organization_id" INTEGER;

-- CreateIndex
CREATE INDEX "outgoing_mail_organization_id_idx" ON "outgoing_mail"("organization_id");

-- AddForeignKey
ALTER TABLE "outgoing_mail" ADD CONSTRAINT "outgoing_mail_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
