-- CreateTable
CREATE TABLE "sign_in_address" (
    "user_id" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_in_address_pkey" PRIMARY KEY ("user_id","network")
);

-- AddForeignKey
ALTER TABLE "sign_in_address" ADD CONSTRAINT "sign_in_address_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
