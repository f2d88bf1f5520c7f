// Who may do what: roles, abilities, and the one table that joins them. Pure.

export const roles = { guest: 10, planner: 15, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const
export type Role = keyof typeof roles

/**
 * Where a role counts. `source` is the contact source; `destination` is the project or group that something moves to.
 */
export type RoleScope = 'project' | 'group' | 'source' | 'destination'

/**
 * What counts for one user on one issue, project, or group. Levels are the highest of direct and inherited roles; 0 is
 * no role.
 */
export interface Standing extends Partial<Record<RoleScope, number>> {
  administrator: boolean
  /** The subject is public: anyone can read it, signed in or not. */
  open?: boolean
  /** Customer relations are on everywhere they have to be: for an issue, in its own group and in its contact source. */
  customerRelations?: boolean
}

interface Rule extends Partial<Record<RoleScope, Role>> {
  /** What one may do, in words after "You may". */
  phrase: string
  /** One of the abilities that a group can switch off; then nobody has it, not even administrators. */
  customerRelations?: true
  /** Everyone has it if the subject is public. */
  open?: true
}

// For each ability, the lowest role, and where it is required: everywhere that is listed.
export const rules = {
  read_group: { phrase: 'see this group', group: 'guest', open: true },
  read_issue: { phrase: 'read this issue', project: 'guest', open: true },
  comment: { phrase: 'comment on this issue', project: 'guest' },
  // Authors can change their own content as long as they can comment.
  edit_issue: { phrase: 'change this issue', project: 'planner' },
  delete_issue: { phrase: 'delete this issue', project: 'owner' },
  admin_comments: { phrase: "edit other users' comments", project: 'maintainer' },
  read_contacts: { phrase: 'see contacts here', source: 'planner', customerRelations: true },
  admin_contacts: {
    phrase: "manage this group's contacts and organizations",
    group: 'developer',
    customerRelations: true,
  },
  read_issue_contacts: { phrase: "see this issue's contacts", source: 'planner', customerRelations: true },
  set_issue_contacts: {
    phrase: "change this issue's contacts",
    source: 'planner',
    project: 'planner',
    customerRelations: true,
  },
  read_group_history: { phrase: 'see the history of this group', group: 'maintainer' },
  read_project_history: { phrase: 'see the history of this project', project: 'maintainer' },
  change_settings: { phrase: "change this group's settings", group: 'owner' },
  admin_group: { phrase: 'change this group', group: 'owner' },
  remove_group: { phrase: 'delete this group', group: 'owner' },
  create_subgroup: { phrase: 'create groups in this group', group: 'owner' },
  admin_project: { phrase: 'change this project', project: 'maintainer' },
  remove_project: { phrase: 'delete this project', project: 'owner' },
  create_project: { phrase: 'create projects in this group', group: 'maintainer' },
  move_issue: { phrase: 'move issues between these projects', project: 'reporter', destination: 'reporter' },
  transfer_project: { phrase: 'transfer this project to this group', project: 'owner', destination: 'maintainer' },
  transfer_group: { phrase: 'move this group there', group: 'owner', destination: 'owner' },
} satisfies Record<string, Rule>

export type Ability = keyof typeof rules

/** What an ability needs: the lowest role in each scope; all of them. */
export interface Needs {
  customerRelations: boolean
  open: boolean
  least: readonly [RoleScope, Role][]
}

/** What an ability needs, read from the table. */
export function needsOf(ability: Ability): Needs {
  const { phrase: _, customerRelations, open, ...least }: Rule = rules[ability]
  return {
    customerRelations: customerRelations === true,
    open: open === true,
    least: Object.entries(least) as [RoleScope, Role][],
  }
}

/**
 * Can a user of this standing do this? Checked at the entry point and again in the transaction. For whole sets,
 * `allowedSql` is the same (permissions-sql.ts).
 */
export function can(standing: Standing, ability: Ability): boolean {
  const { customerRelations, open, least } = needsOf(ability)
  if (customerRelations && !standing.customerRelations) return false
  if (standing.administrator || (open && standing.open)) return true
  return least.every(([scope, role]) => (standing[scope] ?? 0) >= roles[role])
}

/** What a user without the ability is told. */
export const refusalOf = (ability: Ability): string => `You don't have permission to ${rules[ability].phrase}.`
