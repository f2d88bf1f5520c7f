// Lists of contacts: their orders, what is shown of each, and how many there are.
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { contacts, organizations } from '../../storage/schema.ts'
import type { Order } from '../lists/cursor.ts'
import {
  type Counts,
  countStates,
  description,
  type Listing,
  listPage,
  moments,
  type Page,
  type Reader,
  type State,
  type Wanted,
} from '../lists/page.ts'
import type { Effort } from '../lists/search.ts'
import type { Result } from '../rules/results.ts'

const orders = {
  lastName: { kind: 'text', keys: [sql`c.last_key`, sql`c.first_key`] },
  firstName: { kind: 'text', keys: [sql`c.first_key`] },
  email: { kind: 'text', keys: [sql`c.find_by_email`], canLack: true },
  phone: { kind: 'text', keys: [sql`c.phone_key`], canLack: true },
  description,
  organization: { kind: 'text', keys: [sql`c.find_by_organization`], canLack: true },
  ...moments,
} satisfies Record<string, Order>

export type ContactOrder = keyof typeof orders

const listing: Listing<ContactOrder> = { table: 'contacts', orders, usual: 'lastName' }

/** A contact as a list shows it. */
export interface ListedContact {
  id: number
  groupId: number
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  description: string | null
  state: State
  createdAt: Date
  updatedAt: Date
  organization: { id: number; name: string } | null
}

const shown = {
  id: contacts.id,
  groupId: contacts.groupId,
  firstName: contacts.firstName,
  lastName: contacts.lastName,
  email: contacts.email,
  phone: contacts.phone,
  description: contacts.description,
  state: contacts.state,
  createdAt: contacts.createdAt,
  updatedAt: contacts.updatedAt,
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
 * A page of the contacts that a group uses, those of its contact source: by last name, first name, and id unless another order is requested.
 * @param facts of the group, for the caller
 * @returns an empty page if the caller can't see contacts there; a refusal for an invalid cursor, limit, or ids
 */
export const listContacts = (tx: Tx, facts: Reader, wanted: Wanted<ContactOrder>, effort?: Effort): Promise<Result<Page<ListedContact>>> =>
  listPage(tx, facts, { listing, wanted, effort }, showContacts)

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
