// Global ids: `gid://gitlab/CustomerRelations::Contact/7`, as clients made for GitLab send and expect them.
import { GraphQLError } from 'graphql'

// For each kind of thing its class; ids of issues and of work items name the same things.
const classes = {
  contact: ['CustomerRelations::Contact'],
  organization: ['CustomerRelations::Organization'],
  group: ['Group'],
  project: ['Project'],
  issue: ['Issue', 'WorkItem'],
  workItem: ['WorkItem', 'Issue'],
  issuable: ['Issue', 'WorkItem'],
  noteable: ['Issue', 'WorkItem'],
  namespace: ['Group', 'Namespaces::ProjectNamespace'],
  note: ['Note'],
  user: ['User'],
  event: ['AuditEvent'],
  workItemType: ['WorkItems::Type'],
} as const

export type IdKind = keyof typeof classes

/** The global id of something; the first class of its kind. */
export const gid = (kind: IdKind, id: number | string): string => `gid://gitlab/${classes[kind][0]}/${id}`

/**
 * The number in a global id.
 * @throws GraphQLError that says whether it is no global id at all, or one of something else
 */
export function numberOf(kind: IdKind, text: unknown): number {
  const [, name, digits] =
    /^gid:\/\/gitlab\/([A-Za-z:]{1,60})\/(\d{1,15})$/.exec(typeof text === 'string' ? text : '') ?? []
  if (name === undefined || digits === undefined) throw new GraphQLError(`"${shorten(text)}" is not a valid Global ID`)
  if (!(classes[kind] as readonly string[]).includes(name))
    throw new GraphQLError(`"${text}" does not represent an instance of ${classes[kind][0]}`)
  return Number(digits)
}

const shorten = (text: unknown): string => {
  const whole = typeof text === 'string' ? text : (JSON.stringify(text) ?? '')
  return whole.length > 100 ? `${whole.slice(0, 99).toWellFormed()}…` : whole
}
