-- AlterEnum
-- A migration of its own: PostgreSQL lets nobody use a new value in the transaction that adds it.
ALTER TYPE "Role" ADD VALUE 'owner' BEFORE 'admin';
ALTER TYPE "Role" ADD VALUE 'operator' BEFORE 'viewer';
