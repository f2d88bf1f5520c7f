// Which links to make and cut (pure), and making them.
import { sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { addressKey, type ContactLine, type IssueChange, type IssueResult } from './change.ts'
import { insertNote } from './comments.ts'
import { type Actor, recordLinks } from './history.ts'
import { type IssueFacts, touchIssue } from './issues.ts'
import { linkNote } from './system-notes.ts'

/** A contact that a change names by its address. */
export interface NamedContact {
  id: number
  emailKey: string
  active: boolean
  linked: boolean
}

export interface LinkPlan extends Pick<IssueResult, 'outcomes' | 'refused'> {
  add: number[]
  remove: number[]
}

type Outcomes = IssueResult['outcomes'][number]

function outcomeOf({ address, wish }: { address: string; wish: 'add' | 'remove' }, contact: NamedContact | undefined): Outcomes {
  if (!contact) return { address, wish, outcome: 'unknown' }
  if (wish === 'remove') return { address, wish, outcome: contact.linked ? 'removed' : 'was not there' }
  if (contact.linked) return { address, wish, outcome: 'already there' }
  return { address, wish, outcome: contact.active ? 'added' : 'inactive' }
}

/**
 * Decides what a change does to the contacts of an issue: an outcome for every address, and the ids to link and unlink.
 * @param mostAtOnce how many contacts one change may add (those already there do not count); more is refused whole
 */
export function planLinks(change: IssueChange, contacts: readonly NamedContact[], mostAtOnce: number): LinkPlan {
  const byKey = new Map(contacts.map((contact) => [contact.emailKey, contact]))
  const found = change.wishes.map((wish) => ({ contact: byKey.get(addressKey(wish.address)), ...wish }))
  const toAdd = found.filter(({ wish, contact }) => wish === 'add' && !contact?.linked).length
  if (toAdd > mostAtOnce) return { outcomes: [], add: [], remove: [], refused: tooMany(toAdd, mostAtOnce) }
  const outcomes = found.map(({ contact, ...wish }) => outcomeOf(wish, contact))
  const idsOf = (outcome: string) => found.flatMap(({ contact }, at) => (contact && outcomes[at]?.outcome === outcome ? [contact.id] : []))
  return { outcomes, add: idsOf('added'), remove: idsOf('removed') }
}

const tooMany = (wanted: number, most: number) =>
  `At most ${most} contacts can be added at once; this would add ${wanted}. Nothing was changed.`

async function contactsNamed(tx: Tx, facts: IssueFacts, change: IssueChange): Promise<NamedContact[]> {
  if (change.wishes.length === 0) return []
  const keys = change.wishes.map((wish) => addressKey(wish.address))
  return rowsOf(
    tx,
    sql`select c.id, c.email_key as "emailKey", c.state = 'active' as active, l.issue_id is not null as linked
      from contacts c left join issue_contacts l on l.contact_id = c.id and l.issue_id = ${facts.issueId}
      where c.group_id = ${facts.sourceId} and c.email_key = any(${sql.param(keys)}::text[])`,
  )
}

/** The contacts of an issue by name, as lines of an answer. */
export const contactsOf = (tx: Tx, issueId: number): Promise<ContactLine[]> =>
  rowsOf(
    tx,
    sql`select c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization, c.state = 'active' as active
      from issue_contacts l join contacts c on c.id = l.contact_id left join organizations o on o.id = c.organization_id
      where l.issue_id = ${issueId} order by c.find_by_surname, c.id`,
  )

/** What a change would come to, without doing it. */
export async function previewChange(tx: Tx, facts: IssueFacts, change: IssueChange, mostAtOnce: number): Promise<IssueResult> {
  const { outcomes, refused } = planLinks(change, await contactsNamed(tx, facts, change), mostAtOnce)
  return { outcomes, refused, ...(await answersTo(tx, facts, change)) }
}

async function answersTo(tx: Tx, facts: IssueFacts, change: IssueChange): Promise<Pick<IssueResult, 'contacts'>> {
  return change.questions.includes('contacts') ? { contacts: await contactsOf(tx, facts.issueId) } : {}
}

/**
 * Makes a change to an issue's contacts: links, history, note and the issue's time, in the caller's transaction and under its lock on the issue.
 * @returns what came of each address; a refusal is in it, not thrown
 */
export async function makeChange(
  tx: Tx,
  facts: IssueFacts,
  change: IssueChange,
  by: { actor: Actor; mostAtOnce: number },
): Promise<IssueResult> {
  const plan = planLinks(change, await contactsNamed(tx, facts, change), by.mostAtOnce)
  if (plan.add.length + plan.remove.length > 0) await makeLinks(tx, facts.issueId, plan, by.actor)
  return { outcomes: plan.outcomes, refused: plan.refused, ...(await answersTo(tx, facts, change)) }
}

// One statement: what it adds and removes is what the history says.
async function makeLinks(tx: Tx, issueId: number, { add, remove }: Pick<LinkPlan, 'add' | 'remove'>, actor: Actor): Promise<void> {
  await tx.execute(sql`with added as (
      insert into issue_contacts (issue_id, contact_id) select ${issueId}, unnest(${sql.param(add)}::bigint[]) on conflict do nothing returning contact_id
    ), removed as (
      delete from issue_contacts where issue_id = ${issueId} and contact_id = any(${sql.param(remove)}::bigint[]) returning contact_id
    ), recorded as (${recordLinks(actor, issueId, { added: sql`added`, removed: sql`removed` })}),
    noted as (${insertNote(issueId, actor.userId, linkNote(add.length, remove.length))})
    ${touchIssue(issueId)}`)
}
