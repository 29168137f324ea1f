-- The session of a device is named by the device's key too, `{org}/d/{key}/{client id}`, because an id may hold colons:
-- device `a` with the client id `a:b` is not device `a:b`. Stored sessions keep all that they hold, under their new name.
UPDATE "broker"."subscription" AS part
SET "session_id" = split_part(part."session_id", '/', 1) || '/d/' || substr(stored."owner", 8) || '/' || split_part(part."session_id", '/', 3)
FROM "broker"."session" AS stored
WHERE stored."session_id" = part."session_id" AND stored."owner" LIKE 'device %';

UPDATE "broker"."inbound" AS part
SET "session_id" = split_part(part."session_id", '/', 1) || '/d/' || substr(stored."owner", 8) || '/' || split_part(part."session_id", '/', 3)
FROM "broker"."session" AS stored
WHERE stored."session_id" = part."session_id" AND stored."owner" LIKE 'device %';

UPDATE "broker"."entry" AS part
SET "session_id" = split_part(part."session_id", '/', 1) || '/d/' || substr(stored."owner", 8) || '/' || split_part(part."session_id", '/', 3)
FROM "broker"."session" AS stored
WHERE stored."session_id" = part."session_id" AND stored."owner" LIKE 'device %';

UPDATE "broker"."session"
SET "session_id" = split_part("session_id", '/', 1) || '/d/' || substr("owner", 8) || '/' || split_part("session_id", '/', 3)
WHERE "owner" LIKE 'device %';
