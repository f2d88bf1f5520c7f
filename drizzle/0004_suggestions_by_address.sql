DROP INDEX "contacts_by_name";--> statement-breakpoint
DROP INDEX "contacts_by_surname";--> statement-breakpoint
DROP INDEX "contacts_by_domain";--> statement-breakpoint
DROP INDEX "contacts_by_organization";--> statement-breakpoint
CREATE INDEX "contacts_by_name" ON "contacts" USING btree ("group_id","find_by_name","id") WHERE state = 'active' and email is not null;--> statement-breakpoint
CREATE INDEX "contacts_by_surname" ON "contacts" USING btree ("group_id","find_by_surname","id") WHERE state = 'active' and email is not null;--> statement-breakpoint
CREATE INDEX "contacts_by_domain" ON "contacts" USING btree ("group_id","find_by_domain","find_by_surname","id") WHERE state = 'active' and email is not null;--> statement-breakpoint
CREATE INDEX "contacts_by_organization" ON "contacts" USING btree ("group_id","find_by_organization","find_by_surname","id") WHERE state = 'active' and email is not null;