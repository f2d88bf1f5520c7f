// What one request reads by id: reads at the same time share one statement, and nothing is read twice.
import DataLoader from 'dataloader'
import type { ListedContact } from '../../domain/contacts/contact-lists.ts'
import { contactsOfIssues, countContactsOfIssues, type WantedLinked } from '../../domain/contacts/contacts-of-issues.ts'
import { type ListedOrganization, showOrganizations } from '../../domain/contacts/organization-lists.ts'
import { type GroupFacts, type ProjectFacts, readFactsOfGroups, readManyProjects } from '../../domain/groups/facts.ts'
import type { Customers, IssueFilter } from '../../domain/issues/filters.ts'
import { type IssueFacts, readFactsOfMany } from '../../domain/issues/issues.ts'
import type { ListedIssue } from '../../domain/issues/list-rows.ts'
import type { IssueCounts } from '../../domain/issues/list-scan.ts'
import { countIssuesOf, listIssuesOf, type WantedPage } from '../../domain/issues/lists.ts'
import type { Page } from '../../domain/lists/page.ts'
import type { Db } from '../../storage/db.ts'
import { granted } from './refusals.ts'

const byId = <Row extends { id: number }>(read: (ids: readonly number[]) => Promise<Row[]>) =>
  new DataLoader<number, Row | undefined>(async (ids) => {
    const rows = new Map((await read(ids)).map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id))
  })

/** The same for what also depends on arguments: reads with equal arguments share a statement. */
function byArguments<Arguments, Row>(
  read: (ids: readonly number[], wanted: Arguments) => Promise<ReadonlyMap<number, Row>>,
) {
  const loaders = new Map<string, DataLoader<number, Row | undefined>>()
  return (id: number, wanted: Arguments): Promise<Row | undefined> => {
    const like = JSON.stringify(wanted)
    const loader =
      loaders.get(like) ??
      new DataLoader<number, Row | undefined>(async (ids) => {
        const rows = await read(ids, wanted)
        return ids.map((one) => rows.get(one))
      })
    loaders.set(like, loader)
    return loader.load(id)
  }
}

type Noun = Customers['noun']

export interface Loaders {
  organization: DataLoader<number, ListedOrganization | undefined>
  group: DataLoader<number, GroupFacts | undefined>
  project: DataLoader<number, ProjectFacts | undefined>
  /** The facts of an issue for the caller, who may be a visitor. */
  issueFacts: DataLoader<number, IssueFacts | undefined>
  /** How many contacts an issue has; 0 for users who can't see them. */
  contactCount: DataLoader<number, number>
  /** A page of the contacts of an issue, if the caller can see them. */
  contactsOfIssue(issueId: number, wanted: WantedLinked): Promise<Page<ListedContact> | undefined>
  /** A page of the issues of a contact or an organization that the caller can read. */
  issuesOf(id: number, of: { noun: Noun; wanted: WantedPage }): Promise<Page<ListedIssue> | undefined>
  /** How many there are, by state; undefined: none. */
  issueCounts(id: number, of: { noun: Noun; filter: IssueFilter }): Promise<IssueCounts | undefined>
}

/** The loaders of one request. */
export function openLoaders(db: Db, userId: number | null): Loaders {
  return {
    organization: byId((ids) => showOrganizations(db, ids)),
    group: byId((ids) => readFactsOfGroups(db, ids, userId)),
    project: byId((ids) => readManyProjects(db, ids, userId)),
    issueFacts: new DataLoader(async (issueIds) => {
      const known =
        userId === null
          ? []
          : await readFactsOfMany(
              db,
              issueIds.map((issueId) => ({ issueId, userId })),
            )
      const facts = new Map(known.map((one) => [one.issueId, one]))
      return issueIds.map((id) => facts.get(id))
    }),
    contactCount: new DataLoader(async (issueIds) => {
      const counts = await countContactsOfIssues(db, userId, issueIds)
      return issueIds.map((id) => counts.get(id) ?? 0)
    }),
    contactsOfIssue: byArguments(async (ids, wanted) => granted(await contactsOfIssues(db, userId, ids, wanted))),
    issuesOf: byArguments(async (ids, { noun, wanted }) =>
      granted(await listIssuesOf(db, userId, { noun, ids }, wanted)),
    ),
    issueCounts: byArguments(async (ids, { noun, filter }) =>
      granted(await countIssuesOf(db, { customers: { noun, ids }, userId, filter })),
    ),
  }
}
