CREATE TABLE "issue_texts" (
	"issue_id" bigint PRIMARY KEY NOT NULL,
	"search_text" text collate "C" NOT NULL
);
--> statement-breakpoint
-- Of the issues that are there already; the program writes it in the same way (domain/issue-texts.ts).
CREATE OR REPLACE FUNCTION pg_temp.search_key(given text) RETURNS text LANGUAGE sql AS $$
  select lower(regexp_replace(normalize(given, NFD), '[\u0300-\u036f]', '', 'g'))
$$;
--> statement-breakpoint
INSERT INTO "issue_texts" SELECT id, pg_temp.search_key(title || chr(10) || description) FROM "issues";
--> statement-breakpoint
DROP INDEX "issues_author";--> statement-breakpoint
DROP INDEX "deliveries_comment";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "describes" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- An issue that was opened by a comment was made together with it.
UPDATE "deliveries" SET "describes" = true FROM "issues" WHERE "issues"."id" = "issue_id" AND "received_at" = "issues"."created_at";--> statement-breakpoint
ALTER TABLE "issue_texts" ADD CONSTRAINT "issue_texts_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "issue_texts_search" ON "issue_texts" USING gin (search_text gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "deliveries_description" ON "deliveries" USING btree ("issue_id","id") WHERE "deliveries"."describes";--> statement-breakpoint
CREATE INDEX "issues_by_author" ON "issues" USING btree ("author_id","project_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "issues_by_creation" ON "issues" USING btree ("project_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "issues_by_update" ON "issues" USING btree ("project_id","state","updated_at","id");--> statement-breakpoint
CREATE INDEX "deliveries_comment" ON "deliveries" USING btree ("comment_id","id");
