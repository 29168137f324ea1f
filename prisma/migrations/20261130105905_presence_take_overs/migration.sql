-- AlterTable
ALTER TABLE "presence_change" ADD COLUMN     "take_overs" INTEGER NOT NULL DEFAULT 0;
