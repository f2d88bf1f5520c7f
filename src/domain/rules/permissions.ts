// Who may do what: roles, abilities, and the one table that joins them. Pure.

export const roles = { guest: 10, planner: 15, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const
export type Role = keyof typeof roles

/** Where a role counts. `source` is the contact source; `destination` is the project or group that something moves to. */
export type Place = 'project' | 'group' | 'source' | 'destination'

/** What counts for one user on one issue, project, or group. Levels are the highest of direct and inherited roles; 0 is no role. */
export interface Standing extends Partial<Record<Place, number>> {
  administrator: boolean
  /** The subject is public: anyone can read it, signed in or not. */
  open?: boolean
  /** Customer relations are on everywhere they have to be: for an issue, in its own group and in its contact source. */
  customerRelations?: boolean
}

interface Rule extends Partial<Record<Place, Role>> {
  /** What one may do, in words after "You may". */
  deed: string
  /** One of the abilities that a group can switch off; then nobody has it, not even administrators. */
  customerRelations?: true
  /** Everyone has it if the subject is public. */
  open?: true
}

// For each ability, the lowest role, and where it is required: everywhere that is listed.
const rules = {
  read_group: { deed: 'see this group', group: 'guest', open: true },
  read_issue: { deed: 'read this issue', project: 'guest', open: true },
  comment: { deed: 'comment on this issue', project: 'guest' },
  // Authors can change their own content as long as they can comment.
  edit_issue: { deed: 'change this issue', project: 'planner' },
  delete_issue: { deed: 'delete this issue', project: 'owner' },
  admin_comments: { deed: "edit other users' comments", project: 'maintainer' },
  read_contacts: { deed: 'see contacts here', source: 'planner', customerRelations: true },
  admin_contacts: { deed: "manage this group's contacts and organizations", group: 'developer', customerRelations: true },
  read_issue_contacts: { deed: "see this issue's contacts", source: 'planner', customerRelations: true },
  set_issue_contacts: { deed: "change this issue's contacts", source: 'planner', project: 'planner', customerRelations: true },
  read_group_history: { deed: 'see the history of this group', group: 'maintainer' },
  read_project_history: { deed: 'see the history of this project', project: 'maintainer' },
  change_settings: { deed: "change this group's settings", group: 'owner' },
  admin_group: { deed: 'change this group', group: 'owner' },
  remove_group: { deed: 'delete this group', group: 'owner' },
  create_subgroup: { deed: 'create groups in this group', group: 'owner' },
  admin_project: { deed: 'change this project', project: 'maintainer' },
  remove_project: { deed: 'delete this project', project: 'owner' },
  create_project: { deed: 'create projects in this group', group: 'maintainer' },
  move_issue: { deed: 'move issues between these projects', project: 'reporter', destination: 'reporter' },
  transfer_project: { deed: 'transfer this project to this group', project: 'owner', destination: 'maintainer' },
  transfer_group: { deed: 'move this group there', group: 'owner', destination: 'owner' },
} satisfies Record<string, Rule>

export type Ability = keyof typeof rules
export const abilities = Object.keys(rules) as Ability[]

/** What an ability needs: the lowest role in each place; all of them. */
export interface Needs {
  customerRelations: boolean
  open: boolean
  least: readonly [Place, Role][]
}

/** What an ability needs, read from the table. */
export function needsOf(ability: Ability): Needs {
  const { deed: _, customerRelations, open, ...least }: Rule = rules[ability]
  return { customerRelations: customerRelations === true, open: open === true, least: Object.entries(least) as [Place, Role][] }
}

/**
 * Can a user of this standing do this? Checked at the entry point and again in the transaction. For whole sets, `allowedSql` is the same
 * (permissions-sql.ts).
 */
export function can(standing: Standing, ability: Ability): boolean {
  const { customerRelations, open, least } = needsOf(ability)
  if (customerRelations && !standing.customerRelations) return false
  if (standing.administrator || (open && standing.open)) return true
  return least.every(([place, role]) => (standing[place] ?? 0) >= roles[role])
}

/** What a user without the ability is told. */
export const refusalOf = (ability: Ability): string => `You don't have permission to ${rules[ability].deed}.`
