// The group or project in the path, for callers who can see it, and what both have in common.
import { z } from 'zod'
import type { GroupFacts, ProjectFacts } from '../../domain/groups/facts.ts'
import { groupFor, projectFor } from '../../domain/groups/guard.ts'
import type { Call } from '../route.ts'
import { foundResource, namespaceIn } from './addresses.ts'

type Asked = Pick<Call, 'params' | 'db' | 'user' | 'userId'>

/** @throws 404, or 401 for a visitor, if the caller can't see one */
export const requestedGroup = async (call: Asked): Promise<GroupFacts> =>
  foundResource(call, await groupFor(call.db, call, namespaceIn(call, 'Group')), 'Group')

/**
 * @param name of the path parameter
 * @throws 404, or 401 for a visitor, if the caller can't see one
 */
export const requestedProject = async (call: Asked, name = 'id'): Promise<ProjectFacts> =>
  foundResource(call, await projectFor(call.db, call, namespaceIn(call, 'Project', name)), 'Project')

/** GitLab's answer when it deletes in the background; here everything is done by then. */
export const Accepted = z.strictObject({ message: z.string() })
export const accepted: z.input<typeof Accepted> = { message: '202 Accepted' }
