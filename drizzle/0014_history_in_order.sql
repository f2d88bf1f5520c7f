DROP INDEX "history_group";--> statement-breakpoint
DROP INDEX "history_project";--> statement-breakpoint
DROP INDEX "history_issue";--> statement-breakpoint
DROP INDEX "history_contact";--> statement-breakpoint
DROP INDEX "history_organization";--> statement-breakpoint
CREATE INDEX "history_of_group" ON "history" USING btree ("group_id","at","id");--> statement-breakpoint
CREATE INDEX "history_of_project" ON "history" USING btree ("project_id","at","id");--> statement-breakpoint
CREATE INDEX "history_of_issue" ON "history" USING btree ("issue_id","at","id");--> statement-breakpoint
CREATE INDEX "history_of_contact" ON "history" USING btree ("contact_id","at","id");--> statement-breakpoint
CREATE INDEX "history_of_organization" ON "history" USING btree ("organization_id","at","id");--> statement-breakpoint
CREATE INDEX "history_without_contacts" ON "history" USING btree ("group_id","at","id") WHERE num_nonnulls(contact_id, organization_id) = 0;
