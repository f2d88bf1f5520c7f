// Links to our issues: title and state, and the contacts if everyone present can see them.
import { contactsOfIssues } from '../../domain/contacts/contacts-of-issues.ts'
import { issueFor } from '../../domain/issues/guard.ts'
import { parseReference, readFactsOfMany } from '../../domain/issues/issues.ts'
import { shownIssues } from '../../domain/issues/list-rows.ts'
import { findUserElsewhere } from '../../domain/people/users.ts'
import { can } from '../../domain/rules/permissions.ts'
import type { ChatHouse } from './chat.ts'
import { externalId, type Person } from './names.ts'
import { issueAt } from './references.ts'

/** Who sees a preview. */
export interface PreviewReader {
  /** The user who shared the link; null if users of other companies are present, or if that is unknown. */
  viewer: number | null
  /** Everyone in a private channel, if we know all of them. */
  members?: readonly number[]
}

export interface Preview {
  title: string
  /** As `acme/shop#12`. */
  reference: string
  state: 'open' | 'closed'
  /** The names of its contacts; none if a member of the channel can't see them. */
  contacts: readonly string[]
}

const mostContacts = 21

/** Our users for everyone in a channel; undefined if anyone is unknown. */
export async function usersOf(
  { db, chat }: ChatHouse,
  people: readonly Pick<Person, 'team' | 'id'>[],
): Promise<number[] | undefined> {
  const users = await Promise.all(people.map((person) => findUserElsewhere(db, chat.via, externalId(person))))
  const known = users.filter((id) => id !== undefined)
  return known.length === users.length ? known : undefined
}

/** Previews the issue at a URL: what the sharing user can see, and nothing that anyone present can't. */
export async function previewOf(house: ChatHouse, url: string, audience: PreviewReader): Promise<Preview | undefined> {
  const { db, publicUrl } = house
  const { viewer } = audience
  const name = parseReference(issueAt(url, publicUrl) ?? '')
  const facts = name && (await issueFor(db, { userId: viewer }, name)).value
  if (!facts) return undefined
  const [issue] = await shownIssues(db, viewer, [facts.issueId])
  if (!issue) return undefined
  return {
    title: issue.title,
    reference: `${issue.projectPath}#${issue.iid}`,
    state: issue.state === 'opened' ? 'open' : 'closed',
    contacts: await contactsFor(house, issue.id, audience),
  }
}

async function contactsFor({ db }: ChatHouse, issueId: number, { viewer, members }: PreviewReader): Promise<string[]> {
  if (viewer === null || !members) return []
  const present = [...new Set([viewer, ...members])].map((userId) => ({ issueId, userId }))
  const all = await readFactsOfMany(db, present)
  if (!all.every(({ standing }) => can(standing, 'read_issue_contacts'))) return []
  const { value } = await contactsOfIssues(db, viewer, [issueId], { limit: mostContacts })
  return value?.get(issueId)?.rows.map(({ firstName, lastName }) => `${firstName} ${lastName}`) ?? []
}
