-- Whether the members of an organization have to sign in with two factors.
ALTER TABLE "organization" ADD COLUMN "requires_two_factor" BOOLEAN NOT NULL DEFAULT false;
