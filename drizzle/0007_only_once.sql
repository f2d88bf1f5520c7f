CREATE TABLE "only_once" (
	"key" text collate "C" PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "only_once_expiry" ON "only_once" USING btree ("expires_at");