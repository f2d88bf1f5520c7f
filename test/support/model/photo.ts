// A photo of the whole database: every row that an operation can change, as plain values, taken with one statement.
import { sql } from 'drizzle-orm'
import { type Db, rowsOf } from '../../../src/storage/db.ts'

type Id = number
type State = 'active' | 'inactive'

export interface GroupRow {
  id: Id
  parent_id: Id | null
  path: string
  full_path: string
  path_key: string
  ancestors: Id[]
  visibility: 'public' | 'private'
}

export interface ProjectRow {
  id: Id
  group_id: Id
  path: string
  full_path: string
  path_key: string
  visibility: 'public' | 'private'
}

export interface OrganizationRow {
  id: Id
  group_id: Id
  name: string
  name_key: string
  default_rate: number | null
  description: string | null
  state: State
  find_by_name: string
}

export interface ContactRow {
  id: Id
  group_id: Id
  organization_id: Id | null
  first_name: string
  last_name: string
  email: string | null
  email_key: string | null
  phone: string | null
  job_title: string | null
  description: string | null
  state: State
  find_by_name: string
  find_by_surname: string
  find_by_organization: string | null
}

export interface WordRow {
  contact_id: Id
  group_id: Id
  kind: string
  word: string
  surname: string
}

export interface LinkRow {
  issue_id: Id
  contact_id: Id
  created_at: string
}

export interface Photo {
  users: readonly { id: Id; administrator: boolean; blocked: boolean }[]
  groups: readonly GroupRow[]
  group_settings: readonly { group_id: Id; customer_relations: boolean; contact_source_id: Id | null }[]
  projects: readonly ProjectRow[]
  members: readonly { user_id: Id; group_id: Id | null; project_id: Id | null; level: number }[]
  issues: readonly { id: Id; project_id: Id; iid: number; title: string; description: string }[]
  organizations: readonly OrganizationRow[]
  contacts: readonly ContactRow[]
  issue_contacts: readonly LinkRow[]
  contact_words: readonly WordRow[]
  state_counts: readonly { noun: string; group_id: Id; state: State; n: number }[]
  comments: readonly { id: Id; issue_id: Id; body: string; system: boolean }[]
  history: readonly { id: Id; action: string; issue_id: Id | null; contact_id: Id | null }[]
  former_references: readonly { project_id: Id; iid: number; issue_id: Id }[]
}

const withIds = [
  'users',
  'groups',
  'projects',
  'members',
  'issues',
  'organizations',
  'contacts',
  'comments',
  'history',
] as const
const others = [
  'group_settings',
  'issue_contacts',
  'contact_words',
  'state_counts',
  'former_references',
  'erasures',
] as const

const column = (table: string, order: string) =>
  `'${table}', (select coalesce(json_agg(t order by ${order}), '[]') from ${table} t)`
const everything = sql.raw(
  `select json_build_object(${[...withIds.map((table) => column(table, 't.id')), ...others.map((table) => column(table, 't::text'))].join(', ')}) as photo`,
)

/** Takes a photo; two that are equal show the same rows, to the microsecond. */
export async function takePhoto(db: Db): Promise<Photo> {
  const [{ photo }] = (await rowsOf<{ photo: Photo }>(db, everything)) as [{ photo: Photo }]
  return photo
}

/** Empties the database of all that photos show. */
export const clear = (db: Db) =>
  db.execute(sql.raw(`truncate ${[...withIds, ...others].join(', ')} restart identity cascade`))

const indexes = new WeakMap<readonly object[], Map<Id, object>>()

/** The row of that id; a photo without it is a mistake of the test. */
export function rowOf<Row extends { id: Id }>(rows: readonly Row[], id: Id): Row {
  const index = indexes.get(rows) ?? new Map(rows.map((row) => [row.id, row]))
  indexes.set(rows, index)
  const row = index.get(id)
  if (!row) throw new Error(`there is no row ${id}`)
  return row as Row
}
