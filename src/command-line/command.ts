// What a data command is, and what all of them need.
import { findGroup, findProject } from '../domain/groups/groups.ts'
import { findUser } from '../domain/people/users.ts'
import type { GroupOrProject } from '../domain/rules/members.ts'
import { type Role, roles } from '../domain/rules/permissions.ts'
import type { Submit } from '../pipeline/wait.ts'
import type { Queue } from '../queue/queue.ts'
import type { Db } from '../storage/db.ts'
import type { User } from '../storage/schema.ts'

/** What a command works with. */
export interface Workspace {
  db: Db
  submit: Submit
  queue: Queue
  publicUrl: string
  mostAtOnce: number
}

/** The input: options and arguments by name, and standard input. */
export type Input = Readonly<Record<string, string | boolean | undefined>>

/** Runs a command and returns what to print. @throws Refused */
export type Run = (workspace: Workspace, input: Input) => Promise<string>

/** A command that can't be run, with the reason for its user. */
export class Refused extends Error {}

export const textIn = (input: Input, name: string) => String(input[name] ?? '')

export const noSuchUser = (username: string) =>
  new Refused(`There is no user ${username}. Create one with: npx rolobot user create ${username}`)

export async function userNamed(db: Db, username: string): Promise<User> {
  const user = await findUser(db, username)
  if (!user) throw noSuchUser(username)
  return user
}

export async function namespaceNamed(db: Db, path: string): Promise<GroupOrProject> {
  const [group, project] = await Promise.all([findGroup(db, path), findProject(db, path)])
  if (group) return { group }
  if (project) return { project }
  throw new Refused(`There is no group or project ${path}.`)
}

export function roleNamed(role: string): Role {
  if (!Object.hasOwn(roles, role))
    throw new Refused(`"${role}" isn't a role. Use one of ${Object.keys(roles).join(', ')}.`)
  return role as Role
}
