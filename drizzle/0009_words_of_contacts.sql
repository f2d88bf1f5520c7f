CREATE TABLE "contact_words" (
	"contact_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"word" text collate "C" NOT NULL,
	"surname" text collate "C" NOT NULL
);
--> statement-breakpoint
DROP INDEX "contacts_by_name";--> statement-breakpoint
DROP INDEX "contacts_by_surname";--> statement-breakpoint
DROP INDEX "contacts_by_organization";--> statement-breakpoint
ALTER TABLE "contact_words" ADD CONSTRAINT "contact_words_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_words_contact" ON "contact_words" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "contact_words_in_order" ON "contact_words" USING btree ("group_id","kind","word","surname","contact_id");--> statement-breakpoint
CREATE INDEX "contacts_by_name" ON "contacts" USING btree ("group_id","find_by_name","id") WHERE state = 'active';--> statement-breakpoint
CREATE INDEX "contacts_by_surname" ON "contacts" USING btree ("group_id","find_by_surname","id") WHERE state = 'active';--> statement-breakpoint
CREATE INDEX "contacts_by_organization" ON "contacts" USING btree ("group_id","find_by_organization","find_by_surname","id") WHERE state = 'active';
--> statement-breakpoint
-- A key with one blank for whatever parts words; what is typed is read in the same way (domain/typed-term.ts).
CREATE FUNCTION parted(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  select trim(regexp_replace(translate(given, E'\t\u00a0!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~‘’‚‛“”„«»·•…‐‑–—', repeat(' ', 50)), ' +', ' ', 'g'))
$$;
--> statement-breakpoint
-- What begins with each word of a key, unless one of the indexes of contacts begins so.
CREATE FUNCTION words_of(given text, known text[]) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  select distinct rest from (
    select left(substr(key, (1 + sum(length(word) + 1) over (order by at))::int - length(word) - 1), 60) as rest
    from (select parted(given) as key) parted, unnest(string_to_array(key, ' ')) with ordinality as words (word, at)
  ) found where not exists (select from unnest(known) as one where starts_with(one, rest))
$$;
--> statement-breakpoint
CREATE FUNCTION words_of_contact(name text, surname text, organization text, phone text) RETURNS TABLE (kind text, word text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  select 'name', words_of(name, array[name, surname])
  union all select 'organization', words_of(organization, array[organization])
  union all select 'phone', digits from regexp_replace(phone, '[^0-9]', '', 'g') as digits where digits <> ''
$$;
--> statement-breakpoint
INSERT INTO "contact_words" SELECT id, group_id, kind, word, find_by_surname FROM "contacts",
  words_of_contact(find_by_name, find_by_surname, find_by_organization, phone_key) WHERE state = 'active';
--> statement-breakpoint
CREATE FUNCTION keep_contact_words() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  if tg_op = 'INSERT' then
    insert into contact_words select id, group_id, kind, word, find_by_surname
      from added, words_of_contact(find_by_name, find_by_surname, find_by_organization, phone_key) where state = 'active';
  else
    with changed as materialized (
      select a.* from added a join removed r on r.id = a.id
      where (a.group_id, a.state, a.find_by_name, a.find_by_surname, a.find_by_organization, a.phone_key)
        is distinct from (r.group_id, r.state, r.find_by_name, r.find_by_surname, r.find_by_organization, r.phone_key)
    ), gone as (delete from contact_words where contact_id in (select id from changed))
    insert into contact_words select id, group_id, kind, word, find_by_surname
      from changed, words_of_contact(find_by_name, find_by_surname, find_by_organization, phone_key) where state = 'active';
  end if;
  return null;
end
$$;
--> statement-breakpoint
CREATE TRIGGER words_of_added AFTER INSERT ON "contacts" REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_contact_words();
--> statement-breakpoint
CREATE TRIGGER words_of_changed AFTER UPDATE ON "contacts" REFERENCING NEW TABLE AS added OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION keep_contact_words();
