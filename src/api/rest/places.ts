// The group or project in the path, for callers who can see it, and what both have in common.
import { z } from 'zod'
import { type GroupFacts, type ProjectFacts, readGroupFacts, readProject } from '../../domain/groups/facts.ts'
import { can } from '../../domain/rules/permissions.ts'
import type { Call } from '../route.ts'
import { absent, placeIn } from './addresses.ts'

type Asked = Pick<Call, 'params' | 'db' | 'asker' | 'userId'>

/** @throws 404, or 401 for a visitor, if the caller can't see one */
export async function openGroup(call: Asked): Promise<GroupFacts> {
  const facts = await readGroupFacts(call.db, placeIn(call, 'Group'), call.userId)
  if (!facts || !can(facts.standing, 'read_group')) throw absent(call, 'Group')
  return facts
}

/**
 * @param name of the path parameter
 * @throws 404, or 401 for a visitor, if the caller can't see one
 */
export async function openProject(call: Asked, name = 'id'): Promise<ProjectFacts> {
  const facts = await readProject(call.db, placeIn(call, 'Project', name), call.userId)
  if (!facts || !can(facts.standing, 'read_issue')) throw absent(call, 'Project')
  return facts
}

/** GitLab's answer when it deletes in the background; here everything is done by then. */
export const Accepted = z.strictObject({ message: z.string() })
export const accepted: z.input<typeof Accepted> = { message: '202 Accepted' }
