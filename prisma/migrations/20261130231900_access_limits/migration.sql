-- What API keys are limited to, where they were used last, and their rotation.
ALTER TABLE "api_key" ADD COLUMN "scopes" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN "tags" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN "last_used_address" TEXT,
ADD COLUMN "rotated_at" TIMESTAMPTZ(3),
ADD COLUMN "previous_secret_hash" BYTEA,
ADD COLUMN "previous_secret_expires_at" TIMESTAMPTZ(3);

CREATE UNIQUE INDEX "api_key_previous_secret_hash_key" ON "api_key"("previous_secret_hash");

-- Owners and admins act for the whole organization.
ALTER TABLE "member" ADD COLUMN "tags" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD CONSTRAINT "member_tags_check" CHECK ("tags" = '{}' OR "role" IN ('operator', 'viewer'));

ALTER TABLE "invitation" ADD COLUMN "tags" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD CONSTRAINT "invitation_tags_check" CHECK ("tags" = '{}' OR "role" IN ('operator', 'viewer'));
