// Lists of contacts: their orders, what is shown of each, and how many there are.
import { eq, getTableColumns, sql } from 'drizzle-orm'
import { type Contact, contacts, organizations } from '../../storage/contacts-schema.ts'
import type { Tx } from '../../storage/db.ts'
import type { Order } from '../lists/cursor.ts'
import {
  type Counts,
  countStates,
  type ListRequest,
  listPage,
  type OwnedListing,
  type Reader,
} from '../lists/owned-lists.ts'
import { momentOrders, type Page } from '../lists/page.ts'
import type { Effort } from '../lists/search.ts'
import { namesOf, pick } from '../rules/records.ts'
import type { Result } from '../rules/results.ts'
import { contactFields } from './contact-fields.ts'
import { ordersOf } from './field-tables.ts'

const orders = {
  ...ordersOf(contactFields),
  organization: { kind: 'text', keys: [sql`c.find_by_organization`], canLack: true },
  ...momentOrders(sql`c`),
} satisfies Record<string, Order>

export type ContactOrder = keyof typeof orders

/** What lists of contacts can be sorted by. */
export const contactOrders = namesOf(orders)

const listing: OwnedListing<ContactOrder> = { name: 'contacts', orders, usual: { by: 'lastName' } }

const columns = ['id', 'groupId', ...namesOf(contactFields), 'state', 'createdAt', 'updatedAt'] as const

/** A contact as a list shows it. */
export type ListedContact = Pick<Contact, (typeof columns)[number]> & {
  organization: { id: number; name: string } | null
}

const shown = {
  ...pick(getTableColumns(contacts), columns),
  organization: { id: organizations.id, name: organizations.name },
}

/** Contacts by id, as lists show them, in no order. */
export const showContacts = (tx: Tx, ids: readonly number[]): Promise<ListedContact[]> =>
  tx
    .select(shown)
    .from(contacts)
    .leftJoin(organizations, eq(organizations.id, contacts.organizationId))
    .where(sql`${contacts.id} = any(${sql.param(ids)}::bigint[])`)

/**
 * A page of the contacts that a group uses, those of its contact source: by last name, first name, and id unless
 * another order is requested.
 * @param facts of the group, for the caller
 * @returns an empty page if the caller can't see contacts there; a refusal for an invalid cursor, limit, or ids
 */
export const listContacts = (
  tx: Tx,
  facts: Reader,
  wanted: ListRequest<ContactOrder>,
  effort?: Effort,
): Promise<Result<Page<ListedContact>>> => listPage(tx, facts, { listing, wanted, effort }, showContacts)

/**
 * How many contacts a group uses, by state.
 * @param search counts matches; above a thousand, or if that takes too long, the count is marked as cut off
 * @returns null if the caller can't see contacts there
 */
export const countContacts = (
  tx: Tx,
  facts: Reader,
  { search }: { search?: string | null } = {},
  effort?: Effort,
): Promise<Result<Counts | null>> => countStates(tx, facts, { listing, search, effort })
