-- Substrings are found by their trigrams. A trusted extension: whoever may create things in the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "erasures_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"trace" text collate "C" NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "former_references" (
	"project_id" bigint NOT NULL,
	"iid" integer NOT NULL,
	"issue_id" bigint NOT NULL,
	CONSTRAINT "former_references_project_id_iid_pk" PRIMARY KEY("project_id","iid")
);
--> statement-breakpoint
CREATE TABLE "state_counts" (
	"noun" text NOT NULL,
	"group_id" bigint NOT NULL,
	"state" text NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "state_counts_noun_group_id_state_pk" PRIMARY KEY("noun","group_id","state")
);
--> statement-breakpoint
DROP INDEX "contacts_by_email";--> statement-breakpoint
DROP INDEX "issue_contacts_contact";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "first_key" text collate "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "last_key" text collate "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "phone_key" text collate "C";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "description_key" text collate "C";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "search_text" text collate "C" GENERATED ALWAYS AS (find_by_name || chr(10) || coalesce(find_by_email, '') || chr(10) || coalesce(phone_key, '') || chr(10) || coalesce(find_by_organization, '') || chr(10) || coalesce(description_key, '')) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "history" ADD COLUMN "project_id" bigint;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "find_by_name" text collate "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "description_key" text collate "C";--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "search_text" text collate "C" GENERATED ALWAYS AS (find_by_name || chr(10) || coalesce(description_key, '')) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "former_references" ADD CONSTRAINT "former_references_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "former_references" ADD CONSTRAINT "former_references_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "state_counts" ADD CONSTRAINT "state_counts_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "former_references_issue" ON "former_references" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "contacts_in_order" ON "contacts" USING btree ("group_id","state","last_key","first_key","id");--> statement-breakpoint
CREATE INDEX "contacts_by_first_name" ON "contacts" USING btree ("group_id","state","first_key","id");--> statement-breakpoint
CREATE INDEX "contacts_by_phone" ON "contacts" USING btree ("group_id","state","phone_key","id");--> statement-breakpoint
CREATE INDEX "contacts_by_description" ON "contacts" USING btree ("group_id","state",left(description_key, 250),"id");--> statement-breakpoint
CREATE INDEX "contacts_of_organization" ON "contacts" USING btree ("group_id","state","find_by_organization","id");--> statement-breakpoint
CREATE INDEX "contacts_by_creation" ON "contacts" USING btree ("group_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "contacts_by_update" ON "contacts" USING btree ("group_id","state","updated_at","id");--> statement-breakpoint
CREATE INDEX "contacts_search" ON "contacts" USING gin (search_text gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "history_project" ON "history" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "organizations_by_name" ON "organizations" USING btree ("group_id","state","find_by_name","id");--> statement-breakpoint
CREATE INDEX "organizations_by_description" ON "organizations" USING btree ("group_id","state",left(description_key, 250),"id");--> statement-breakpoint
CREATE INDEX "organizations_by_rate" ON "organizations" USING btree ("group_id","state","default_rate","id");--> statement-breakpoint
CREATE INDEX "organizations_by_creation" ON "organizations" USING btree ("group_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "organizations_by_update" ON "organizations" USING btree ("group_id","state","updated_at","id");--> statement-breakpoint
CREATE INDEX "organizations_search" ON "organizations" USING gin (search_text gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "contacts_by_email" ON "contacts" USING btree ("group_id","state","find_by_email","id");--> statement-breakpoint
CREATE INDEX "issue_contacts_contact" ON "issue_contacts" USING btree ("contact_id","issue_id");--> statement-breakpoint
-- Keys of what is there already; the program writes them in the same way (domain/search-keys.ts).
CREATE FUNCTION pg_temp.search_key(given text) RETURNS text LANGUAGE sql AS $$
  select lower(regexp_replace(normalize(given, NFD), '[\u0300-\u036f]', '', 'g'))
$$;
--> statement-breakpoint
UPDATE "contacts" SET "first_key" = left(pg_temp.search_key(first_name), 250), "last_key" = left(pg_temp.search_key(last_name), 250),
  "phone_key" = pg_temp.search_key(phone), "description_key" = pg_temp.search_key(description);
--> statement-breakpoint
UPDATE "organizations" SET "find_by_name" = left(pg_temp.search_key(name), 250), "description_key" = pg_temp.search_key(description);
--> statement-breakpoint
-- Counting a million rows takes longer than a page may: the number is kept beside them, by statement, not by row.
CREATE FUNCTION count_states() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if tg_op = 'INSERT' then
    insert into state_counts as kept (noun, group_id, state, n)
      select tg_table_name, group_id, state, count(*) from added group by group_id, state order by group_id, state
      on conflict (noun, group_id, state) do update set n = kept.n + excluded.n;
  elsif tg_op = 'DELETE' then
    insert into state_counts as kept (noun, group_id, state, n)
      select tg_table_name, group_id, state, -count(*) from removed group by group_id, state order by group_id, state
      on conflict (noun, group_id, state) do update set n = kept.n + excluded.n;
  else
    insert into state_counts as kept (noun, group_id, state, n)
      select tg_table_name, group_id, state, sum(change) from (
        select group_id, state, 1 as change from added union all select group_id, state, -1 from removed
      ) changes group by group_id, state having sum(change) <> 0 order by group_id, state
      on conflict (noun, group_id, state) do update set n = kept.n + excluded.n;
  end if;
  return null;
end
$$;
--> statement-breakpoint
INSERT INTO "state_counts" SELECT 'contacts', group_id, state, count(*) FROM "contacts" GROUP BY group_id, state;
--> statement-breakpoint
INSERT INTO "state_counts" SELECT 'organizations', group_id, state, count(*) FROM "organizations" GROUP BY group_id, state;
--> statement-breakpoint
CREATE TRIGGER count_added AFTER INSERT ON "contacts" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_states();
--> statement-breakpoint
CREATE TRIGGER count_removed AFTER DELETE ON "contacts" REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_states();
--> statement-breakpoint
CREATE TRIGGER count_changed AFTER UPDATE ON "contacts" REFERENCING NEW TABLE AS added OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_states();
--> statement-breakpoint
CREATE TRIGGER count_added AFTER INSERT ON "organizations" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_states();
--> statement-breakpoint
CREATE TRIGGER count_removed AFTER DELETE ON "organizations" REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_states();
--> statement-breakpoint
CREATE TRIGGER count_changed AFTER UPDATE ON "organizations" REFERENCING NEW TABLE AS added OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_states();
