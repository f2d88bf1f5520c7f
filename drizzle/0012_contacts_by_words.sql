-- The words by which a contact is found, each with its group: `7:` before those of its name and of its organization's, `7.` before those of its name alone.
-- Bound to what it calls, as an index is restored without a search path. What is typed is read in the same way (domain/…/contact-names.ts).
CREATE FUNCTION words_in_group(group_id bigint, name text, organization text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
RETURN string_to_array(
  group_id || ':' || replace(parted(name || ' ' || coalesce(organization, '')), ' ', ' ' || group_id || ':') || ' ' ||
  group_id || '.' || replace(parted(name), ' ', ' ' || group_id || '.'), ' ');
--> statement-breakpoint
-- Without a list of pending entries, which every lookup would read.
CREATE INDEX "contacts_by_words" ON "contacts" USING gin (words_in_group(group_id, find_by_name, find_by_organization)) WITH (fastupdate=false) WHERE state = 'active';
