// Which contacts to link and unlink (pure), and doing it.
import { sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import type { ContactLine, ContactOutcome, ContactRef, IssueChange, IssueResult, Wish } from '../rules/change.ts'
import { type Actor, recordLinks } from '../rules/history.ts'
import { insertNotes } from './comments.ts'
import { type Meaning, type MeantContact, meaningsOf } from './contact-refs.ts'
import { type IssueFacts, touchIssues } from './issues.ts'
import { linkNote } from './system-notes.ts'

export interface LinkPlan extends Pick<IssueResult, 'outcomes' | 'unclear' | 'refused'> {
  add: number[]
  remove: number[]
}

/** The outcome of a wish for a contact of the issue's source; undefined: there is no such contact. */
export function linkOutcomeOf(
  wish: Wish,
  contact: Pick<MeantContact, 'active' | 'linked'> | undefined,
): ContactOutcome {
  if (!contact) return 'unknown'
  if (wish === 'remove') return contact.linked ? 'removed' : 'was not there'
  if (contact.linked) return 'already there'
  return contact.active ? 'added' : 'inactive'
}

/**
 * Decides what a change does to the contacts of an issue: an outcome for every reference, and the ids to link and
 * unlink.
 * @param meanings what the reference of each wish means
 * @param mostAtOnce how many contacts one change can add (those already linked don't count); a larger change is refused
 * as a whole
 */
export function planLinks(change: IssueChange, meanings: readonly Meaning[], mostAtOnce: number): LinkPlan {
  if (change.refused !== undefined) return { outcomes: [], add: [], remove: [], refused: change.refused }
  const found = lastForEach(change.wishes.map((wish, at) => ({ ...wish, ...(meanings[at] as Meaning) })))
  const toAdd = found.filter(({ wish, contact }) => wish === 'add' && !contact?.linked).length
  if (toAdd > mostAtOnce) return { outcomes: [], add: [], remove: [], refused: tooMany(toAdd, mostAtOnce) }
  const [clear, unclear] = [found.filter(isClear), found.filter((one) => !isClear(one))]
  const outcomes = clear.map(({ ref, wish, contact }) => ({
    ...shownAs(ref, contact),
    wish,
    outcome: linkOutcomeOf(wish, contact),
  }))
  const idsOf = (outcome: string) =>
    clear.flatMap(({ contact }, at) => (contact && outcomes[at]?.outcome === outcome ? [contact.id] : []))
  return {
    outcomes,
    ...(unclear.length > 0 && {
      unclear: unclear.map(({ ref, wish, fitting = [], more }) => ({ name: ref.text, wish, contacts: fitting, more })),
    }),
    add: idsOf('added'),
    remove: idsOf('removed'),
  }
}

type Found = IssueChange['wishes'][number] & Meaning

// A contact can be named twice, by its name and by its address: the last command for it wins.
function lastForEach(found: readonly Found[]): Found[] {
  const last = new Map(found.map(({ contact }, at) => [contact?.id, at]))
  return found.filter(({ contact }, at) => !contact || last.get(contact.id) === at)
}

const isClear = ({ ref, contact }: Found): boolean => ref.by !== 'name' || contact !== undefined

function shownAs({ by, text }: ContactRef, contact: MeantContact | undefined): { address: string; name?: string } {
  if (by === 'address' || !contact) return { address: text }
  return { address: contact.address ?? `#${contact.id}`, name: contact.name }
}

/** Why a whole change is refused. */
export const tooMany = (wanted: number, most: number) =>
  `At most ${most} contacts can be added at once; this would add ${wanted}. Nothing was changed.`

/** The contacts of an issue by name, as lines of an answer. */
export const contactsOf = (tx: Tx, issueId: number): Promise<ContactLine[]> =>
  rowsOf(
    tx,
    sql`select c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization,
      c.state = 'active' as active
      from issue_contacts l join contacts c on c.id = l.contact_id left join organizations o on o.id = c.organization_id
      where l.issue_id = ${issueId} order by c.find_by_surname, c.id`,
  )

/** The outcome of a change, without making it. */
export async function previewChange(
  tx: Tx,
  facts: IssueFacts,
  change: IssueChange,
  mostAtOnce: number,
): Promise<IssueResult> {
  const [meanings = []] = await meaningsOf(tx, [{ facts, change }], { lock: false })
  return { ...resultOf(planLinks(change, meanings, mostAtOnce)), ...(await answersTo(tx, facts, change)) }
}

const resultOf = ({ outcomes, unclear, refused }: LinkPlan): IssueResult => ({
  outcomes,
  ...(unclear && { unclear }),
  refused,
})

async function answersTo(tx: Tx, facts: IssueFacts, change: IssueChange): Promise<Pick<IssueResult, 'contacts'>> {
  return change.questions.includes('contacts') ? { contacts: await contactsOf(tx, facts.issueId) } : {}
}

export interface WantedChange {
  facts: IssueFacts
  change: IssueChange
  actor: Actor
}

/**
 * Makes changes to the contacts of issues: links, history, notes, and the issues' time, in the caller's transaction and
 * under its lock on them.
 * @param wanted at most one change per issue
 * @returns the outcome for each address, in the requested order; a refusal is part of it, not thrown
 */
export async function makeChanges(tx: Tx, wanted: readonly WantedChange[], mostAtOnce: number): Promise<IssueResult[]> {
  const meanings = await meaningsOf(tx, wanted, { lock: true })
  const plans = wanted.map(({ facts, change, actor }, at) => ({
    issueId: facts.issueId,
    actor,
    ...planLinks(change, meanings[at] ?? [], mostAtOnce),
  }))
  const changing = plans.filter(({ add, remove }) => add.length + remove.length > 0)
  if (changing.length > 0) await makeLinks(tx, changing)
  const answers = await Promise.all(wanted.map(({ facts, change }) => answersTo(tx, facts, change)))
  return plans.map((plan, at) => ({ ...resultOf(plan), ...answers[at] }))
}

/** What to link to and unlink from one issue, and the actor. */
export interface IssuePlan extends Pick<LinkPlan, 'add' | 'remove'> {
  issueId: number
  actor: Actor
}

/**
 * Links and unlinks, with history, notes, and the issues' time: one statement however many issues, each of which has at
 * least one change.
 */
export async function makeLinks(tx: Tx, plans: readonly IssuePlan[]): Promise<void> {
  const of = (column: (plan: IssuePlan) => number | string) => sql.param(plans.map(column))
  const pairs = (which: 'add' | 'remove') => {
    const all = plans.flatMap((plan) => plan[which].map((contactId) => ({ issueId: plan.issueId, contactId })))
    return sql`unnest(${sql.param(all.map(({ issueId }) => issueId))}::bigint[],
      ${sql.param(all.map(({ contactId }) => contactId))}::bigint[])`
  }
  await tx.execute(sql`with made as (
      select * from unnest(${of(({ issueId }) => issueId)}::bigint[], ${of(({ actor }) => actor.userId)}::bigint[],
      ${of(({ actor }) => actor.via)}::text[],
        ${of(({ add, remove }) => linkNote(add.length, remove.length))}::text[]) as made (issue_id, actor_id, via, note)
    ), added as (
      insert into issue_contacts (issue_id, contact_id) select * from ${pairs('add')} on conflict do nothing
      returning issue_id, contact_id
    ), removed as (
      delete from issue_contacts l using ${pairs('remove')} as cut (issue_id, contact_id)
      where l.issue_id = cut.issue_id and l.contact_id = cut.contact_id returning l.issue_id, l.contact_id
    ), recorded as (${recordLinks(sql`made`, sql`added`, sql`removed`)}),
    noted as (${insertNotes(sql`select issue_id, actor_id, note from made`)})
    ${touchIssues(sql`made`)}`)
}
