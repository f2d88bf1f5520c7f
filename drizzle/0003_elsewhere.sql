CREATE TABLE "bindings" (
	"via" text NOT NULL,
	"place" text collate "C" NOT NULL,
	"project_id" bigint,
	"issue_id" bigint,
	"user_id" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bindings_via_place_pk" PRIMARY KEY("via","place"),
	CONSTRAINT "bindings_to_one" CHECK (num_nonnulls("bindings"."project_id", "bindings"."issue_id") = 1)
);
--> statement-breakpoint
CREATE TABLE "installations" (
	"via" text NOT NULL,
	"external_id" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"sealed" text NOT NULL,
	"user_id" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installations_via_external_id_pk" PRIMARY KEY("via","external_id")
);
--> statement-breakpoint
CREATE TABLE "link_codes" (
	"hash" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_via" text,
	"used_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "link_codes_used" CHECK (("link_codes"."used_via" is null) = ("link_codes"."used_by" is null))
);
--> statement-breakpoint
ALTER TABLE "bindings" ADD CONSTRAINT "bindings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bindings" ADD CONSTRAINT "bindings_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bindings" ADD CONSTRAINT "bindings_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "installations" ADD CONSTRAINT "installations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_codes" ADD CONSTRAINT "link_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bindings_project" ON "bindings" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "bindings_issue" ON "bindings" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "bindings_user" ON "bindings" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "installations_user" ON "installations" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "link_codes_user" ON "link_codes" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "link_codes_expiry" ON "link_codes" USING btree ("expires_at");