// Which links to make and cut (pure), and making them.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { addressKey, type ContactLine, type ContactOutcome, type IssueChange, type IssueResult, type Wish } from './change.ts'
import { insertNotes } from './comments.ts'
import { type Actor, recordLinks } from './history.ts'
import { type IssueFacts, touchIssues } from './issues.ts'
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

/** What a wish comes to, for a contact of the issue's source; undefined: there is none. */
export function outcomeOf(wish: Wish, contact: Pick<NamedContact, 'active' | 'linked'> | undefined): ContactOutcome {
  if (!contact) return 'unknown'
  if (wish === 'remove') return contact.linked ? 'removed' : 'was not there'
  if (contact.linked) return 'already there'
  return contact.active ? 'added' : 'inactive'
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
  const outcomes = found.map(({ contact, ...one }) => ({ ...one, outcome: outcomeOf(one.wish, contact) }))
  const idsOf = (outcome: string) => found.flatMap(({ contact }, at) => (contact && outcomes[at]?.outcome === outcome ? [contact.id] : []))
  return { outcomes, add: idsOf('added'), remove: idsOf('removed') }
}

/** Why a change is refused whole. */
export const tooMany = (wanted: number, most: number) =>
  `At most ${most} contacts can be added at once; this would add ${wanted}. Nothing was changed.`

/** SQL: the end of a query that holds the contacts `c` it finds, in the order of their ids. */
export const heldInOrder: SQL = sql`order by c.id for share of c`

interface Named extends NamedContact {
  /** The place of the change that names it. */
  at: number
}

interface Name {
  at: number
  facts: IssueFacts
  key: string
}

const namesIn = (wanted: readonly Pick<WantedChange, 'facts' | 'change'>[]): Name[] =>
  wanted.flatMap(({ facts, change }, at) => change.wishes.map(({ address }) => ({ at, facts, key: addressKey(address) })))

/** The contacts that changes name; they stay as they are until the transaction ends. */
async function holdNamed(tx: Tx, names: readonly Name[]): Promise<Named[]> {
  const held = await contactsNamed(tx, names, true)
  const found = new Set(held.map(({ at, emailKey }) => `${at} ${emailKey}`))
  const missing = names.filter(({ at, key }) => !found.has(`${at} ${key}`))
  // While it waited for one that is deleted, the address may have gone to another, as in a merge: only a new statement sees that.
  return [...held, ...(await contactsNamed(tx, missing, true))]
}

/** The contacts that are named, each with the place of its change. */
async function contactsNamed(tx: Tx, names: readonly Name[], hold: boolean): Promise<Named[]> {
  if (names.length === 0) return []
  const of = (column: (name: (typeof names)[number]) => number | string) => sql.param(names.map(column))
  return rowsOf(
    tx,
    sql`select named.at, c.id, c.email_key as "emailKey", c.state = 'active' as active, l.issue_id is not null as linked
      from unnest(${of(({ at }) => at)}::int[], ${of(({ facts }) => facts.issueId)}::bigint[], ${of(({ facts }) => facts.sourceId)}::bigint[],
        ${of(({ key }) => key)}::text[]) as named (at, issue_id, source_id, email_key)
      join contacts c on c.group_id = named.source_id and c.email_key = named.email_key
      left join issue_contacts l on l.contact_id = c.id and l.issue_id = named.issue_id ${hold ? heldInOrder : sql``}`,
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
  const { outcomes, refused } = planLinks(change, await contactsNamed(tx, namesIn([{ facts, change }]), false), mostAtOnce)
  return { outcomes, refused, ...(await answersTo(tx, facts, change)) }
}

async function answersTo(tx: Tx, facts: IssueFacts, change: IssueChange): Promise<Pick<IssueResult, 'contacts'>> {
  return change.questions.includes('contacts') ? { contacts: await contactsOf(tx, facts.issueId) } : {}
}

export interface WantedChange {
  facts: IssueFacts
  change: IssueChange
  actor: Actor
}

/**
 * Makes changes to the contacts of issues: links, history, notes and the issues' time, in the caller's transaction and under its lock on them.
 * @param wanted at most one change an issue
 * @returns what came of each address, in the order wanted; a refusal is in it, not thrown
 */
export async function makeChanges(tx: Tx, wanted: readonly WantedChange[], mostAtOnce: number): Promise<IssueResult[]> {
  const named = await holdNamed(tx, namesIn(wanted))
  const plans = wanted.map(({ facts, change, actor }, at) => {
    const contacts = named.filter((one) => one.at === at)
    return { issueId: facts.issueId, actor, ...planLinks(change, contacts, mostAtOnce) }
  })
  const changing = plans.filter(({ add, remove }) => add.length + remove.length > 0)
  if (changing.length > 0) await makeLinks(tx, changing)
  const answers = await Promise.all(wanted.map(({ facts, change }) => answersTo(tx, facts, change)))
  return plans.map(({ outcomes, refused }, at) => ({ outcomes, refused, ...answers[at] }))
}

/** What is to be linked to and unlinked from one issue, by whom. */
export interface IssuePlan extends Pick<LinkPlan, 'add' | 'remove'> {
  issueId: number
  actor: Actor
}

/** Makes and cuts links, with history, notes and the issues' time: one statement however many issues, each of which has at least one. */
export async function makeLinks(tx: Tx, plans: readonly IssuePlan[]): Promise<void> {
  const of = (column: (plan: IssuePlan) => number | string) => sql.param(plans.map(column))
  const pairs = (which: 'add' | 'remove') => {
    const all = plans.flatMap((plan) => plan[which].map((contactId) => ({ issueId: plan.issueId, contactId })))
    return sql`unnest(${sql.param(all.map(({ issueId }) => issueId))}::bigint[], ${sql.param(all.map(({ contactId }) => contactId))}::bigint[])`
  }
  await tx.execute(sql`with made as (
      select * from unnest(${of(({ issueId }) => issueId)}::bigint[], ${of(({ actor }) => actor.userId)}::bigint[], ${of(({ actor }) => actor.via)}::text[],
        ${of(({ add, remove }) => linkNote(add.length, remove.length))}::text[]) as made (issue_id, actor_id, via, note)
    ), added as (
      insert into issue_contacts (issue_id, contact_id) select * from ${pairs('add')} on conflict do nothing returning issue_id, contact_id
    ), removed as (
      delete from issue_contacts l using ${pairs('remove')} as cut (issue_id, contact_id)
      where l.issue_id = cut.issue_id and l.contact_id = cut.contact_id returning l.issue_id, l.contact_id
    ), recorded as (${recordLinks(sql`made`, sql`added`, sql`removed`)}),
    noted as (${insertNotes(sql`select issue_id, actor_id, note from made`)})
    ${touchIssues(sql`made`)}`)
}
