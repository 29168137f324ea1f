-- Deleting an organization hides it at once; its rows are deleted in the background.
ALTER TABLE "organization" ADD COLUMN "deleted_at" TIMESTAMPTZ(3);

-- The audit is not deleted by a cascade: organization 0 stands for the platform itself, which has no row.
ALTER TABLE "audit_row" DROP CONSTRAINT "audit_row_organization_id_fkey";

-- With it, an index finds what begins with a target.
ALTER TABLE "audit_row" ALTER COLUMN "target" TYPE TEXT COLLATE "C";

-- AlterTable
ALTER TABLE "audit_row" ADD COLUMN     "actor_name" TEXT,
ADD COLUMN     "actor_role" TEXT,
ADD COLUMN     "behind_id" TEXT,
ADD COLUMN     "behind_name" TEXT,
ADD COLUMN     "session_id" TEXT,
ADD COLUMN     "address" TEXT,
ADD COLUMN     "user_agent" TEXT,
ADD COLUMN     "request_id" TEXT,
ADD COLUMN     "before" JSONB,
ADD COLUMN     "after" JSONB;

-- What a search looks at, in small letters of any language; U+0001 keeps a match within one field. PL/pgSQL, because
-- PostgreSQL counts concat_ws among the functions that depend on settings, which for text it does not.
CREATE FUNCTION "audit_search_text"(VARIADIC "fields" TEXT[]) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN lower(array_to_string("fields", chr(1)) COLLATE "natural_order");
END $$;

ALTER TABLE "audit_row"
    ADD COLUMN "search_text" TEXT COLLATE "C" GENERATED ALWAYS AS ("audit_search_text"(
      "actor", "actor_name", "behind_name", "action", "target", "address", "user_agent", "request_id",
      "detail"::text, "before"::text, "after"::text)) STORED;

-- Each filter has an index in which the newest row is last; the organization comes first, so that nobody reads past others' rows.
DROP INDEX "audit_row_organization_id_at_idx";

-- CreateIndex
CREATE INDEX "audit_row_organization_id_at_id_idx" ON "audit_row"("organization_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_row_organization_id_actor_at_id_idx" ON "audit_row"("organization_id", "actor", "at", "id");

-- CreateIndex
CREATE INDEX "audit_row_organization_id_action_at_id_idx" ON "audit_row"("organization_id", "action", "at", "id");

-- CreateIndex
CREATE INDEX "audit_row_organization_id_target_at_id_idx" ON "audit_row"("organization_id", "target", "at", "id");

-- Every search reads the list of pending entries, which is therefore kept short.
CREATE INDEX "audit_row_search_idx" ON "audit_row" USING GIN ("organization_id" int4_ops, "search_text" gin_trgm_ops) WITH (gin_pending_list_limit = 256);

-- Rows of the audit are added and never changed. Deleting them has this one way, which spares the last day of every
-- organization that is not deleted. It runs as the owner of the table, which, where a superuser prepares the database, is
-- not the role of the api (scripts/database/audit-role.mjs).
CREATE FUNCTION "delete_audit_rows"("of_organization" INTEGER, "before" TIMESTAMPTZ, "most" INTEGER) RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  "until" TIMESTAMPTZ := least("before", now() - interval '1 day');
  "deleted" INTEGER;
BEGIN
  IF "of_organization" <> 0 AND NOT EXISTS (
    SELECT FROM public.organization WHERE id = "of_organization" AND deleted_at IS NULL
  ) THEN
    "until" := "before";
  END IF;
  PERFORM set_config('heliograph.deletes_audit', 'yes', true);
  DELETE FROM public.audit_row WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM public.audit_row WHERE organization_id = "of_organization" AND at <= "until" ORDER BY at LIMIT "most"));
  GET DIAGNOSTICS "deleted" = ROW_COUNT;
  PERFORM set_config('heliograph.deletes_audit', '', true);
  RETURN "deleted";
END $$;

-- Holds for the owner of the table too: a database that a person provides may have one role for everything.
CREATE FUNCTION "refuse_audit_change"() RETURNS TRIGGER
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('heliograph.deletes_audit', true) = 'yes' THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'rows of the audit are neither changed nor deleted' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER "audit_row_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_row"
FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
