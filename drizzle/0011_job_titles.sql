ALTER TABLE "contacts" ADD COLUMN "job_title" text;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "job_title_key" text collate "C";--> statement-breakpoint
-- Searches find job titles too. This writes the table anew, and drops the index on the column that it replaces.
ALTER TABLE "contacts" DROP COLUMN "search_text";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "search_text" text collate "C" GENERATED ALWAYS AS (find_by_name || chr(10) || coalesce(find_by_email, '') || chr(10) || coalesce(phone_key, '') || chr(10) || coalesce(job_title_key, '') || chr(10) || coalesce(find_by_organization, '') || chr(10) || coalesce(description_key, '')) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "contacts_search" ON "contacts" USING gin (search_text gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "contacts_by_job_title" ON "contacts" USING btree ("group_id","state",left(job_title_key, 250),"id");--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_job_title" CHECK (length("contacts"."job_title") <= 255);
