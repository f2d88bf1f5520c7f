// For each resource, the fields and filters that GitLab has and Rolobot doesn't, and which values are accepted.
// docs.gitlab.com/api/api_resources/
import { anything, each, empty, noId, off, on, only, type Unused } from './unused.ts'

/** Bodies that create or change issues. docs.gitlab.com/api/issues/#new-issue */
export const issueFields: Unused = {
  ...each(
    noId,
    'assignee_id assignee_ids milestone_id epic_id epic_iid discussion_to_resolve merge_request_to_resolve_discussions_of',
  ),
  ...each(empty, 'labels add_labels assignees due_date weight created_at updated_at iid'),
  ...each(off, 'confidential discussion_locked'),
  // Nothing has labels that could be removed. python-gitlab sends back lists of ours that a script has read.
  ...each(anything, 'remove_labels summary'),
  issue_type: only('issue'),
}

/** Queries of lists of issues that match no issue here. docs.gitlab.com/api/issues/#list-issues */
export const issueFilters: Unused = { confidential: off, issue_type: only('issue') }

const none = only('None', 'none', '0')

/** Queries of lists of issues about properties that issues don't have. */
export const issueOptions: Unused = {
  ...each(none, 'assignee_id milestone_id epic_id iteration_id my_reaction_emoji health_status due_date'),
  ...each(empty, 'assignee_username iteration_title'),
  ...each(only('None', 'none'), 'weight'),
  labels: only('None', 'none', 'No_Label'),
  milestone: only('None', 'none', 'No Milestone'),
  // Excluding a property that no issue has leaves all issues.
  ...each(
    anything,
    'not[labels] not[milestone] not[milestone_id] not[assignee_id] not[assignee_username] not[my_reaction_emoji]',
  ),
  ...each(anything, 'not[weight] not[iteration_id] with_labels_details non_archived'),
}

/** Bodies that write notes. docs.gitlab.com/api/notes/#create-new-issue-note */
export const noteFields: Unused = { ...each(off, 'confidential internal'), created_at: empty, summary: anything }

/** Queries of lists of notes. */
export const noteOptions: Unused = { activity_filter: only('all_notes', '0') }

/** Bodies that create or change groups. docs.gitlab.com/api/groups/#create-a-group */
export const groupFields: Unused = {
  ...each(
    off,
    'request_access_enabled auto_devops_enabled require_two_factor_authentication membership_lock share_with_group_lock',
  ),
  ...each(
    off,
    'emails_disabled mentions_disabled prevent_sharing_groups_outside_hierarchy prevent_forking_outside_group',
  ),
  ...each(
    off,
    'experiment_features_enabled service_access_tokens_expiration_enforced only_allow_merge_if_pipeline_succeeds',
  ),
  ...each(off, 'allow_merge_on_skipped_pipeline only_allow_merge_if_all_discussions_are_resolved'),
  ...each(
    empty,
    'avatar file_template_project_id ip_restriction_ranges allowed_email_domains_list shared_runners_minutes_limit',
  ),
  ...each(
    empty,
    'extra_shared_runners_minutes_limit unique_project_download_limit unique_project_download_limit_allowlist',
  ),
  ...each(only('disabled'), 'wiki_access_level duo_availability'),
  // These settings are about features that don't exist here: repositories, pipelines, mails about changes, passwords.
  ...each(
    anything,
    'default_branch default_branch_protection default_branch_protection_defaults lfs_enabled emails_enabled',
  ),
  ...each(
    anything,
    'two_factor_grace_period enabled_git_access_protocol max_artifacts_size math_rendering_limits_enabled',
  ),
  ...each(anything, 'lock_math_rendering_limits_enabled shared_runners_setting organization_id'),
  // As in the permission table.
  project_creation_level: only('maintainer'),
  subgroup_creation_level: only('owner'),
}

/** Queries of lists of groups. docs.gitlab.com/api/groups/#list-groups */
export const groupFilters: Unused = { archived: off, active: on, marked_for_deletion_on: empty }

/** Options of groups and lists of them that change nothing. */
export const groupOptions: Unused = each(anything, 'statistics with_custom_attributes pagination with_projects')

/** Bodies that create or change projects. docs.gitlab.com/api/projects/#create-a-project */
export const projectFields: Unused = {
  ...each(on, 'issues_enabled'),
  issues_access_level: only('enabled', 'private'),
  ...each(
    off,
    'merge_requests_enabled wiki_enabled snippets_enabled jobs_enabled packages_enabled container_registry_enabled',
  ),
  ...each(
    off,
    'initialize_with_readme request_access_enabled auto_devops_enabled archived mirror emails_disabled service_desk_enabled',
  ),
  ...each(
    off,
    'use_custom_template merge_pipelines_enabled merge_trains_enabled shared_runners_enabled group_runners_enabled',
  ),
  ...each(
    only('disabled'),
    'merge_requests_access_level wiki_access_level snippets_access_level builds_access_level pages_access_level',
  ),
  ...each(
    only('disabled'),
    'repository_access_level forking_access_level container_registry_access_level releases_access_level',
  ),
  ...each(
    only('disabled'),
    'analytics_access_level environments_access_level feature_flags_access_level infrastructure_access_level',
  ),
  ...each(only('disabled'), 'monitor_access_level requirements_access_level security_and_compliance_access_level'),
  ...each(only('disabled'), 'model_experiments_access_level model_registry_access_level package_registry_access_level'),
  ...each(empty, 'topics tag_list avatar import_url template_name template_project_id group_with_project_templates_id'),
  ...each(
    empty,
    'issue_branch_template issues_template external_authorization_classification_label approvals_before_merge',
  ),
  // These settings are about features that don't exist here: repositories, merge requests, pipelines.
  ...each(
    anything,
    'default_branch lfs_enabled merge_method squash_option merge_commit_template squash_commit_template',
  ),
  ...each(
    anything,
    'only_allow_merge_if_pipeline_succeeds only_allow_merge_if_all_discussions_are_resolved public_builds public_jobs',
  ),
  ...each(
    anything,
    'allow_merge_on_skipped_pipeline remove_source_branch_after_merge printing_merge_request_link_enabled',
  ),
  ...each(
    anything,
    'resolve_outdated_diff_discussions autoclose_referenced_issues suggestion_commit_message build_timeout',
  ),
  ...each(
    anything,
    'build_git_strategy build_coverage_regex ci_config_path auto_cancel_pending_pipelines keep_latest_artifact',
  ),
  ...each(
    anything,
    'auto_devops_deploy_strategy repository_object_format repository_storage container_expiration_policy_attributes',
  ),
  ...each(anything, 'emails_enabled show_default_award_emojis warn_about_potentially_unwanted_characters'),
  ...each(anything, 'enforce_auth_checks_on_uploads restrict_user_defined_variables'),
}

/** Queries of lists of projects. docs.gitlab.com/api/projects/#list-all-projects */
export const projectFilters: Unused = {
  ...each(
    off,
    'archived starred imported with_merge_requests_enabled with_security_reports wiki_checksum_failed repository_checksum_failed',
  ),
  marked_for_deletion_on: empty,
  active: on,
}

/** Options of projects and lists of them that change nothing, and filters on what projects do not have. */
export const projectOptions: Unused = {
  ...each(empty, 'topic topic_id with_programming_language'),
  ...each(anything, 'simple statistics license with_custom_attributes with_issues_enabled with_shared include_hidden'),
  ...each(anything, 'include_pending_delete pagination'),
}

/** Bodies that create users. docs.gitlab.com/api/users/#create-a-user */
export const userFields: Unused = {
  // Users set their passwords themselves, with a link.
  ...each(anything, 'password reset_password force_random_password skip_confirmation projects_limit'),
  ...each(off, 'external private_profile auditor'),
  ...each(on, 'can_create_group'),
  ...each(
    empty,
    'note bio avatar extern_uid provider location organization public_email website_url linkedin twitter discord skype',
  ),
  ...each(
    empty,
    'group_id_for_saml theme_id color_scheme_id shared_runners_minutes_limit extra_shared_runners_minutes_limit pronouns',
  ),
  view_diffs_file_by_file: anything,
}

/** Queries of lists of users. docs.gitlab.com/api/users/#list-users */
export const userFilters: Unused = { external: off, two_factor: only('disabled'), humans: on }

/**
 * Options of users and lists of them that change nothing, as there are no bots or external users; and filters that
 * don't apply to users.
 */
export const userOptions: Unused = {
  ...each(empty, 'extern_uid provider public_email skip_ldap'),
  ...each(anything, 'with_custom_attributes exclude_internal exclude_external without_project_bots pagination'),
}

/** Bodies that give roles. docs.gitlab.com/api/members/#add-a-member-to-a-group-or-project */
export const memberFields: Unused = {
  ...each(empty, 'expires_at'),
  ...each(noId, 'member_role_id tasks_to_be_done tasks_project_id'),
  invite_source: anything,
}

/** Queries of lists of members. */
export const memberFilters: Unused = { state: only('active') }

/** Options of members that change nothing. */
export const memberOptions: Unused = each(anything, 'show_seat_info with_saml_identity pagination')

/** Queries of lists of audit events, which have one order. */
export const auditEventOptions: Unused = { order_by: only('id'), sort: only('desc') }

/** Bodies that create tokens. */
export const tokenFields: Unused = each(empty, 'description')

/** Options of deleting groups, projects, and memberships: everything is deleted at once and completely. */
export const deletionOptions: Unused = each(
  anything,
  'permanently_remove full_path skip_subresources unassign_issuables',
)
