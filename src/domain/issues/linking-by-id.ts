// API clients change the contacts of an issue by id: add, remove, replace.
import { sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { tell } from '../../storage/notify.ts'
import type { ContactOutcome, Wish } from '../rules/change.ts'
import type { Actor } from '../rules/history.ts'
import { conflict, done, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockedInOrder, type MeantContact } from './contact-refs.ts'
import { lockedIssueFor } from './guard.ts'
import type { IssueFacts, IssueName } from './issues.ts'
import { linkOutcomeOf, makeLinks, tooMany } from './linking.ts'

/** What to do with the given contacts; `replace`: afterwards the issue has exactly these. */
export type Mode = 'add' | 'remove' | 'replace'

export interface IdOutcome {
  contactId: number
  outcome: ContactOutcome
}

export interface WantedIds {
  mode: Mode
  contactIds: readonly number[]
  /** How many one change can add (those already linked don't count); a larger change is refused as a whole. */
  mostAtOnce: number
}

type Known = Pick<MeantContact, 'id' | 'active' | 'linked'>

/**
 * Decides the result for each given contact, and for each linked one that a replacement leaves out; duplicates count
 * once.
 * @param known the given contacts of the source, and all linked ones
 */
export function planByIds(
  mode: Mode,
  contactIds: readonly number[],
  known: readonly Known[],
): { outcomes: IdOutcome[]; toAdd: number } {
  const byId = new Map(known.map((contact) => [contact.id, contact]))
  const named = [...new Set(contactIds)]
  const wish: Wish = mode === 'remove' ? 'remove' : 'add'
  const leftOut = mode === 'replace' ? known.filter(({ id, linked }) => linked && !named.includes(id)) : []
  const outcomes = named.map((contactId) => ({ contactId, outcome: linkOutcomeOf(wish, byId.get(contactId)) }))
  return {
    outcomes: [...outcomes, ...leftOut.map(({ id }) => ({ contactId: id, outcome: 'removed' as const }))],
    toAdd: wish === 'add' ? named.filter((id) => !byId.get(id)?.linked).length : 0,
  }
}

/**
 * Adds, removes, or replaces contacts of an issue. Valid ones take effect even if others fail; an empty replacement
 * removes all.
 * @returns the result for each given contact, in that order, then for those that a replacement has removed
 */
export const setIssueContacts = (
  db: Db,
  actor: Actor,
  issue: IssueName,
  wanted: WantedIds,
): Promise<Result<IdOutcome[]>> =>
  attempt(db, async (tx) => {
    const { value: facts, refused } = await lockedIssueFor(tx, actor, issue, 'set_issue_contacts')
    if (refused) return { refused }
    const known = await contactsKnown(tx, facts, wanted.contactIds)
    const { outcomes, toAdd } = planByIds(wanted.mode, wanted.contactIds, known)
    if (toAdd > wanted.mostAtOnce) return conflict(tooMany(toAdd, wanted.mostAtOnce))
    const idsOf = (what: ContactOutcome) =>
      outcomes.filter(({ outcome }) => outcome === what).map(({ contactId }) => contactId)
    const plan = { issueId: facts.issueId, actor, add: idsOf('added'), remove: idsOf('removed') }
    if (plan.add.length + plan.remove.length > 0) {
      await makeLinks(tx, [plan])
      await tell(tx, { issue: facts.issueId })
    }
    return done(outcomes)
  })

const contactsKnown = (tx: Tx, { issueId, sourceId }: IssueFacts, ids: readonly number[]): Promise<Known[]> =>
  rowsOf(
    tx,
    sql`select c.id, c.state = 'active' as active, l.issue_id is not null as linked
      from contacts c left join issue_contacts l on l.contact_id = c.id and l.issue_id = ${issueId}
      where c.group_id = ${sourceId}
        and c.id in (select unnest(${sql.param(ids)}::bigint[]) union select contact_id from issue_contacts
        where issue_id = ${issueId})
      ${lockedInOrder}`,
  )
