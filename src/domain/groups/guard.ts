// Groups and projects, for callers who can see them and do something with them.
import type { Tx } from '../../storage/db.ts'
import { type Caller, guard } from '../rules/guard.ts'
import type { Ability } from '../rules/permissions.ts'
import type { Result } from '../rules/results.ts'
import { type GroupFacts, type NamespaceName, type ProjectFacts, readGroupFacts, readProject } from './facts.ts'

/** The group, if it exists and these facts permit it: `not found`, or `forbidden` if the user can see it. */
export const guardGroup = (facts: GroupFacts | undefined, ability?: Ability): Result<GroupFacts> =>
  guard({ what: 'group', see: 'read_group' }, facts, ability)

/** The same for a project. */
export const guardProject = (facts: ProjectFacts | undefined, ability?: Ability): Result<ProjectFacts> =>
  guard({ what: 'project', see: 'read_issue' }, facts, ability)

/**
 * The owner group of contacts or organizations. Its `standing` becomes what counts for what it owns.
 * @param what they are called
 */
export const guardOwner = (facts: GroupFacts | undefined, what: string, ability?: Ability): Result<GroupFacts> =>
  guard({ what, see: 'read_contacts' }, facts && { ...facts, standing: facts.asOwnerGroup }, ability)

/** A group for a caller who has the ability, by default to see it. */
export const groupFor = async (
  tx: Tx,
  { userId }: Caller,
  name: NamespaceName,
  ability?: Ability,
): Promise<Result<GroupFacts>> => guardGroup(await readGroupFacts(tx, name, userId), ability)

/** The same for a project. */
export const projectFor = async (
  tx: Tx,
  { userId }: Caller,
  name: NamespaceName,
  ability?: Ability,
): Promise<Result<ProjectFacts>> => guardProject(await readProject(tx, name, userId), ability)
