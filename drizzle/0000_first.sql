CREATE TABLE "access_tokens" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "access_tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"hash" text collate "C" NOT NULL,
	"scopes" text[] NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "access_tokens_hash_unique" UNIQUE("hash"),
	CONSTRAINT "access_tokens_kind" CHECK ("access_tokens"."kind" in ('api', 'session', 'sign_in'))
);
--> statement-breakpoint
CREATE TABLE "comments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "comments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"issue_id" bigint NOT NULL,
	"author_id" bigint,
	"system" boolean DEFAULT false NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "contacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"group_id" bigint NOT NULL,
	"organization_id" bigint,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"email" text,
	"email_key" text collate "C",
	"phone" text,
	"description" text,
	"state" text DEFAULT 'active' NOT NULL,
	"find_by_name" text collate "C" NOT NULL,
	"find_by_surname" text collate "C" NOT NULL,
	"find_by_email" text collate "C",
	"find_by_domain" text collate "C",
	"find_by_organization" text collate "C",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contacts_email_unique" UNIQUE("group_id","email_key"),
	CONSTRAINT "contacts_state" CHECK ("contacts"."state" in ('active', 'inactive')),
	CONSTRAINT "contacts_names" CHECK (length("contacts"."first_name") between 1 and 255 and length("contacts"."last_name") between 1 and 255),
	CONSTRAINT "contacts_email" CHECK (length("contacts"."email") <= 255 and ("contacts"."email" is null) = ("contacts"."email_key" is null)),
	CONSTRAINT "contacts_phone" CHECK (length("contacts"."phone") <= 32),
	CONSTRAINT "contacts_description" CHECK (length("contacts"."description") <= 1024)
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"via" text NOT NULL,
	"delivery" text collate "C" NOT NULL,
	"issue_id" bigint NOT NULL,
	"comment_id" bigint,
	"author_id" bigint NOT NULL,
	"place" text NOT NULL,
	"body" text NOT NULL,
	"replaces" text,
	"status" text NOT NULL,
	"outcome" jsonb,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"applied_at" timestamp with time zone,
	CONSTRAINT "deliveries_once" UNIQUE("via","delivery"),
	CONSTRAINT "deliveries_status" CHECK ("deliveries"."status" in ('queued', 'applied', 'replied', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "group_settings" (
	"group_id" bigint PRIMARY KEY NOT NULL,
	"customer_relations" boolean DEFAULT true NOT NULL,
	"contact_source_id" bigint
);
--> statement-breakpoint
CREATE TABLE "groups" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "groups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"parent_id" bigint,
	"path" text NOT NULL,
	"full_path" text NOT NULL,
	"path_key" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"ancestors" bigint[] NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "groups_path_unique" UNIQUE("path_key"),
	CONSTRAINT "groups_visibility" CHECK ("groups"."visibility" in ('public', 'private'))
);
--> statement-breakpoint
CREATE TABLE "history" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor_id" bigint,
	"via" text NOT NULL,
	"action" text NOT NULL,
	"group_id" bigint,
	"issue_id" bigint,
	"contact_id" bigint,
	"organization_id" bigint,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
CREATE TABLE "issue_contacts" (
	"issue_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "issue_contacts_issue_id_contact_id_pk" PRIMARY KEY("issue_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "issues" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issues_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"iid" integer NOT NULL,
	"title" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"state" text DEFAULT 'opened' NOT NULL,
	"author_id" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "issues_iid_unique" UNIQUE("project_id","iid"),
	CONSTRAINT "issues_state" CHECK ("issues"."state" in ('opened', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "members_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"group_id" bigint,
	"project_id" bigint,
	"level" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_of_group_unique" UNIQUE("user_id","group_id"),
	CONSTRAINT "members_of_project_unique" UNIQUE("user_id","project_id"),
	CONSTRAINT "members_of_one" CHECK (num_nonnulls("members"."group_id", "members"."project_id") = 1),
	CONSTRAINT "members_level" CHECK ("members"."level" in (10, 15, 20, 30, 40, 50))
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "organizations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"group_id" bigint NOT NULL,
	"name" text NOT NULL,
	"name_key" text collate "C" NOT NULL,
	"default_rate" numeric(18, 2),
	"description" text,
	"state" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organizations_name_unique" UNIQUE("group_id","name_key"),
	CONSTRAINT "organizations_group_id" UNIQUE("group_id","id"),
	CONSTRAINT "organizations_state" CHECK ("organizations"."state" in ('active', 'inactive')),
	CONSTRAINT "organizations_name" CHECK (length("organizations"."name") between 1 and 255),
	CONSTRAINT "organizations_rate" CHECK ("organizations"."default_rate" >= 0),
	CONSTRAINT "organizations_description" CHECK (length("organizations"."description") <= 1024)
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "projects_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"group_id" bigint NOT NULL,
	"path" text NOT NULL,
	"full_path" text NOT NULL,
	"path_key" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"last_iid" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_path_unique" UNIQUE("path_key"),
	CONSTRAINT "projects_visibility" CHECK ("projects"."visibility" in ('public', 'private'))
);
--> statement-breakpoint
CREATE TABLE "user_names" (
	"via" text NOT NULL,
	"external_id" text NOT NULL,
	"user_id" bigint NOT NULL,
	"name" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_names_via_external_id_pk" PRIMARY KEY("via","external_id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"username" text NOT NULL,
	"username_key" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"email_key" text collate "C",
	"administrator" boolean DEFAULT false NOT NULL,
	"blocked" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_username_unique" UNIQUE("username_key"),
	CONSTRAINT "users_email_unique" UNIQUE("email_key")
);
--> statement-breakpoint
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_organization" FOREIGN KEY ("group_id","organization_id") REFERENCES "public"."organizations"("group_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_comment_id_comments_id_fk" FOREIGN KEY ("comment_id") REFERENCES "public"."comments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_settings" ADD CONSTRAINT "group_settings_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_settings" ADD CONSTRAINT "group_settings_contact_source_id_groups_id_fk" FOREIGN KEY ("contact_source_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_parent_id_groups_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history" ADD CONSTRAINT "history_actor_id_users_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issue_contacts" ADD CONSTRAINT "issue_contacts_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issue_contacts" ADD CONSTRAINT "issue_contacts_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issues" ADD CONSTRAINT "issues_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issues" ADD CONSTRAINT "issues_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_names" ADD CONSTRAINT "user_names_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_tokens_user" ON "access_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "comments_issue" ON "comments" USING btree ("issue_id","id");--> statement-breakpoint
CREATE INDEX "comments_author" ON "comments" USING btree ("author_id");--> statement-breakpoint
CREATE INDEX "contacts_organization_id" ON "contacts" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "contacts_by_name" ON "contacts" USING btree ("group_id","find_by_name","id") WHERE "contacts"."state" = 'active';--> statement-breakpoint
CREATE INDEX "contacts_by_surname" ON "contacts" USING btree ("group_id","find_by_surname","id") WHERE "contacts"."state" = 'active';--> statement-breakpoint
CREATE INDEX "contacts_by_email" ON "contacts" USING btree ("group_id","find_by_email","id") WHERE "contacts"."state" = 'active';--> statement-breakpoint
CREATE INDEX "contacts_by_domain" ON "contacts" USING btree ("group_id","find_by_domain","find_by_surname","id") WHERE "contacts"."state" = 'active';--> statement-breakpoint
CREATE INDEX "contacts_by_organization" ON "contacts" USING btree ("group_id","find_by_organization","find_by_surname","id") WHERE "contacts"."state" = 'active';--> statement-breakpoint
CREATE INDEX "deliveries_waiting" ON "deliveries" USING btree ("issue_id","id") WHERE "deliveries"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "deliveries_open" ON "deliveries" USING btree ("id") WHERE "deliveries"."status" <> 'replied';--> statement-breakpoint
CREATE INDEX "deliveries_issue" ON "deliveries" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "deliveries_comment" ON "deliveries" USING btree ("comment_id");--> statement-breakpoint
CREATE INDEX "deliveries_author" ON "deliveries" USING btree ("author_id");--> statement-breakpoint
CREATE INDEX "group_settings_source" ON "group_settings" USING btree ("contact_source_id");--> statement-breakpoint
CREATE INDEX "groups_parent" ON "groups" USING btree ("parent_id");--> statement-breakpoint
CREATE INDEX "groups_ancestors" ON "groups" USING gin ("ancestors");--> statement-breakpoint
CREATE INDEX "history_actor" ON "history" USING btree ("actor_id");--> statement-breakpoint
CREATE INDEX "history_group" ON "history" USING btree ("group_id","id");--> statement-breakpoint
CREATE INDEX "history_issue" ON "history" USING btree ("issue_id","id");--> statement-breakpoint
CREATE INDEX "history_contact" ON "history" USING btree ("contact_id","id");--> statement-breakpoint
CREATE INDEX "history_organization" ON "history" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "issue_contacts_contact" ON "issue_contacts" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "issues_author" ON "issues" USING btree ("author_id");--> statement-breakpoint
CREATE INDEX "members_group" ON "members" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "members_project" ON "members" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "projects_group" ON "projects" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "user_names_user" ON "user_names" USING btree ("user_id");