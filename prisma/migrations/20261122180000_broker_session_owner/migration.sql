-- Whom a stored session belongs to: "device {key}", "session {id}" or "apiKey {id}". Those of devices are known by their
-- id, `{org}/d/{device}` or `{org}/d/{device}:suffix`; those of people were kept in memory alone, and end here.
ALTER TABLE "broker"."session" ADD COLUMN "owner" TEXT NOT NULL DEFAULT '';

UPDATE "broker"."session" AS stored
SET "owner" = 'device ' || device."key"
FROM "public"."device" JOIN "public"."organization" ON organization."id" = device."organization_id"
WHERE split_part(stored."session_id", '/', 2) = 'd'
  AND organization."slug" = split_part(stored."session_id", '/', 1)
  AND device."id" = split_part(split_part(stored."session_id", '/', 3), ':', 1);
