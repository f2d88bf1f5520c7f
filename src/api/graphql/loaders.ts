// What one request reads by id: reads at the same time share one statement, and nothing is read twice.
import DataLoader from 'dataloader'
import type { ListedContact } from '../../domain/contacts/contact-lists.ts'
import { contactsOfIssues, countContactsOfIssues, type WantedLinked } from '../../domain/contacts/contacts-of-issues.ts'
import { type ListedOrganization, showOrganizations } from '../../domain/contacts/organization-lists.ts'
import { type GroupFacts, type ProjectFacts, readFactsOfGroups, readManyProjects } from '../../domain/groups/facts.ts'
import { type IssueFacts, readFactsOfMany } from '../../domain/issues/issues.ts'
import type { Page } from '../../domain/lists/page.ts'
import type { Db } from '../../storage/db.ts'
import { granted } from './refusals.ts'

const byId = <Row extends { id: number }>(read: (ids: readonly number[]) => Promise<Row[]>) =>
  new DataLoader<number, Row | undefined>(async (ids) => {
    const rows = new Map((await read(ids)).map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id))
  })

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
}

/** The loaders of one request. */
export function openLoaders(db: Db, userId: number | null): Loaders {
  const ofIssues = new Map<string, DataLoader<number, Page<ListedContact> | undefined>>()
  const contactsLike = (wanted: WantedLinked) =>
    new DataLoader<number, Page<ListedContact> | undefined>(async (issueIds) => {
      const pages = granted(await contactsOfIssues(db, userId, issueIds, wanted))
      return issueIds.map((id) => pages.get(id))
    })
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
    contactsOfIssue(issueId, wanted) {
      const like = JSON.stringify(wanted)
      const loader = ofIssues.get(like) ?? contactsLike(wanted)
      ofIssues.set(like, loader)
      return loader.load(issueId)
    },
  }
}
