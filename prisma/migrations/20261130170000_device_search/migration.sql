-- Both come with PostgreSQL and are trusted: whoever may create objects in the database may create them.
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
CREATE EXTENSION IF NOT EXISTS "btree_gin";

-- What a search looks at, in small letters of any language; U+0001 keeps a match within one field. PL/pgSQL, because
-- PostgreSQL counts array_to_string among the functions that depend on settings, which for text it does not.
CREATE FUNCTION "device_search_text"("name" TEXT, "id" TEXT, "tags" TEXT[]) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN lower(concat_ws(chr(1), "name", "id", array_to_string("tags", chr(1))) COLLATE "natural_order");
END $$;

ALTER TABLE "device"
    ADD COLUMN "search_text" TEXT COLLATE "C" GENERATED ALWAYS AS ("device_search_text"("name", "id", "tags")) STORED;

-- The organization comes first, so that nobody's search reads what others call their devices. Every search reads the list of
-- pending entries, which is therefore kept short; without it, adding many devices takes twice as long.
CREATE INDEX "device_search_idx" ON "device" USING GIN ("organization_id", "search_text" gin_trgm_ops) WITH (gin_pending_list_limit = 1024);

-- CreateIndex
CREATE INDEX "device_organization_id_created_at_id_idx" ON "device"("organization_id", "created_at", "id");
