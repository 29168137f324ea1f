-- Whom a stored session with its subscriptions counts towards: a person whichever sign-in session it has, else the owner of the
-- session, and the organization, which every session id begins with.
ALTER TABLE "broker"."session"
    ADD COLUMN "quota_owner" TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN "owner_group" TEXT COLLATE "C" NOT NULL DEFAULT '';

UPDATE "broker"."session" AS stored
SET "quota_owner" = COALESCE(
        (SELECT 'user ' || "signed_in"."user_id" FROM "public"."session" AS "signed_in"
         WHERE stored."owner" = 'session ' || "signed_in"."id"),
        stored."owner"
    ),
    "owner_group" = split_part(stored."session_id", '/', 1);
