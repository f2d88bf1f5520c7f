// Who may do what: roles, abilities, and the one table that joins them. Pure.

export const roles = { guest: 10, planner: 15, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const
export type Role = keyof typeof roles

/** What counts for one person on one issue. Each level is the highest of direct and inherited roles; 0 is no role. */
export interface Standing {
  administrator: boolean
  /** Level held in the issue's project. */
  project: number
  /** Level held in the contact source of the issue's group. */
  source: number
  /** Anyone may read the project's issues, signed in or not. */
  publicProject: boolean
  /** Customer relations are on for the issue's own group and for its contact source. */
  customerRelations: boolean
}

interface Rule {
  least: Role
  at: readonly ('project' | 'source')[]
  /** One of the abilities that a group can switch off; then nobody has it, administrators included. */
  customerRelations?: true
  /** Everybody has it where the project is public. */
  openInPublic?: true
}

const rules = {
  read_issue: { least: 'guest', at: ['project'], openInPublic: true },
  comment: { least: 'guest', at: ['project'] },
  read_contacts: { least: 'planner', at: ['source'], customerRelations: true },
  read_issue_contacts: { least: 'planner', at: ['source'], customerRelations: true },
  set_issue_contacts: { least: 'planner', at: ['source', 'project'], customerRelations: true },
} satisfies Record<string, Rule>

export type Ability = keyof typeof rules
export const abilities = Object.keys(rules) as Ability[]

/** May someone of this standing do this? Asked at the door and again in the transaction. */
export function can(standing: Standing, ability: Ability): boolean {
  const rule: Rule = rules[ability]
  if (rule.customerRelations && !standing.customerRelations) return false
  if (standing.administrator || (rule.openInPublic && standing.publicProject)) return true
  return rule.at.every((place) => standing[place] >= roles[rule.least])
}
