// Setting the contacts of an issue by id: what clients send, and the result for each contact.
import { GraphQLError } from 'graphql'
import { issueFor } from '../../../domain/issues/guard.ts'
import type { IssueFacts, IssueName } from '../../../domain/issues/issues.ts'
import { type IdOutcome, type Mode, setIssueContacts } from '../../../domain/issues/linking-by-id.ts'
import type { ContactOutcome } from '../../../domain/rules/change.ts'
import { can } from '../../../domain/rules/permissions.ts'
import { builder } from '../builder.ts'
import { actorOf, type Context } from '../context.ts'
import { gid } from '../ids.ts'
import { type MutationRequest, once } from '../once.ts'
import { missing, noSuch } from '../refusals.ts'

const modes = { REPLACE: 'replace', APPEND: 'add', REMOVE: 'remove' } as const satisfies Record<string, Mode>

export const OperationMode = builder.enumType('MutationOperationMode', {
  values: Object.keys(modes) as (keyof typeof modes)[],
})

const outcomes = {
  added: 'ADDED',
  'already there': 'ALREADY_THERE',
  unknown: 'UNKNOWN',
  inactive: 'INACTIVE',
  removed: 'REMOVED',
  'was not there': 'WAS_NOT_THERE',
} as const satisfies Record<ContactOutcome, string>

const Outcome = builder.enumType('IssueCrmContactOutcome', { values: Object.values(outcomes) })

/** The result for one contact. */
export const ContactResult = builder.objectRef<IdOutcome>('IssueCrmContactResult').implement({
  fields: (t) => ({
    contactId: t.field({
      type: 'CustomerRelationsContactID',
      nullable: false,
      resolve: ({ contactId }) => gid('contact', contactId),
    }),
    outcome: t.field({ type: Outcome, nullable: false, resolve: ({ outcome }) => outcomes[outcome] }),
  }),
})

export interface LinkingInput {
  contactIds: readonly number[]
  operationMode?: keyof typeof modes | null
}

export interface ContactsSet {
  issueId: number
  results: IdOutcome[]
  errors: string[]
}

const insufficient = 'You have insufficient permissions to set customer relations contacts for this issue'
const noneNamed = 'Give at least one contact to add or remove'

/**
 * Sets the contacts of an issue. Valid ones take effect even if others fail.
 * @throws if there is no issue that the caller can edit, or customer relations are off for its group
 */
export async function setContacts(
  context: Context,
  name: IssueName,
  wanted: LinkingInput,
  asked: MutationRequest,
): Promise<ContactsSet> {
  const actor = actorOf(context)
  const mode = modes[wanted.operationMode ?? 'REPLACE']
  const facts = (await issueFor(context.db, actor, name, 'edit_issue')).value ?? missing()
  if (!(await isOn(context, facts))) throw new GraphQLError('Feature disabled')
  const { issueId } = facts
  const refuse = (reason: string): ContactsSet => ({ issueId, results: [], errors: [reason] })
  if (!can(facts.standing, 'set_issue_contacts')) return refuse(insufficient)
  const { contactIds } = wanted
  if (mode !== 'replace' && contactIds.length === 0) return refuse(noneNamed)
  const { value, refused } = await once(context, asked, (db) =>
    setIssueContacts(db, actor, { id: issueId }, { mode, contactIds, mostAtOnce: context.mostAtOnce }),
  )
  if (refused) return refuse(refused.why === 'forbidden' ? insufficient : refused.reason)
  return { issueId, results: value, errors: mode === 'remove' ? [] : faultsOf(value) }
}

/** The setting of the issue's own group. */
const isOn = async ({ load }: Context, { groupId }: IssueFacts): Promise<boolean> =>
  (await load.group.load(groupId))?.customerRelations ?? false

const faults: Partial<Record<ContactOutcome, string>> = { unknown: noSuch, inactive: 'is inactive and was not added' }

// One text for all of them, as a sentence.
function faultsOf(results: readonly IdOutcome[]): string[] {
  const parts = results.flatMap(({ contactId, outcome }) => {
    const fault = faults[outcome]
    return fault ? [`Issue customer relations contacts ${contactId}: ${fault}`] : []
  })
  return parts.length > 0 ? [sentence.format(parts)] : []
}

const sentence = new Intl.ListFormat('en')
