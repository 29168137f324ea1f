-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "hash_key" TEXT;

-- AlterTable
ALTER TABLE "credential" ADD COLUMN     "hash_key" TEXT;
