ALTER TABLE "access_tokens" ADD COLUMN "parent_id" bigint;--> statement-breakpoint
ALTER TABLE "access_tokens" ADD COLUMN "user_agent" text;--> statement-breakpoint
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_parent_id_access_tokens_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."access_tokens"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_tokens_parent" ON "access_tokens" USING btree ("parent_id");--> statement-breakpoint
-- Nobody knows which token opened the sessions so far: they end, and so do sign-in links that were good for a day.
UPDATE "access_tokens" SET "revoked_at" = now() WHERE "kind" <> 'api' AND "revoked_at" IS NULL;
