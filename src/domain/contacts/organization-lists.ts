// Lists of organizations: their orders, what is shown of each, and how many there are.
import { sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { organizations } from '../../storage/schema.ts'
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
  name: { kind: 'text', keys: [sql`c.find_by_name`] },
  defaultRate: { kind: 'amount', keys: [sql`c.default_rate`], canLack: true },
  description,
  ...moments,
} satisfies Record<string, Order>

export type OrganizationOrder = keyof typeof orders

const listing: Listing<OrganizationOrder> = { table: 'organizations', orders, usual: 'name' }

/** An organization as a list shows it. */
export interface ListedOrganization {
  id: number
  groupId: number
  name: string
  /** With two decimals. */
  defaultRate: string | null
  description: string | null
  state: State
  createdAt: Date
  updatedAt: Date
}

const shown = {
  id: organizations.id,
  groupId: organizations.groupId,
  name: organizations.name,
  defaultRate: organizations.defaultRate,
  description: organizations.description,
  state: organizations.state,
  createdAt: organizations.createdAt,
  updatedAt: organizations.updatedAt,
}

/** Organizations by id, as lists show them, in no order. */
export const showOrganizations = (tx: Tx, ids: readonly number[]): Promise<ListedOrganization[]> =>
  tx
    .select(shown)
    .from(organizations)
    .where(sql`${organizations.id} = any(${sql.param(ids)}::bigint[])`)

/**
 * A page of the organizations that a group uses, those of its contact source: by name and id unless another order is requested.
 * @param facts of the group, for the caller
 * @returns an empty page if the caller can't see organizations there; a refusal for an invalid cursor, limit, or ids
 */
export const listOrganizations = (
  tx: Tx,
  facts: Reader,
  wanted: Wanted<OrganizationOrder>,
  effort?: Effort,
): Promise<Result<Page<ListedOrganization>>> => listPage(tx, facts, { listing, wanted, effort }, showOrganizations)

/**
 * How many organizations a group uses, by state.
 * @param search counts matches; above a thousand, or if that takes too long, the count is marked as cut off
 * @returns null if the caller can't see organizations there
 */
export const countOrganizations = (
  tx: Tx,
  facts: Reader,
  { search }: { search?: string | null } = {},
  effort?: Effort,
): Promise<Result<Counts | null>> => countStates(tx, facts, { listing, search, effort })
