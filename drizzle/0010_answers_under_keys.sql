ALTER TABLE "only_once" ADD COLUMN "fingerprint" text;--> statement-breakpoint
ALTER TABLE "only_once" ADD COLUMN "result" jsonb;