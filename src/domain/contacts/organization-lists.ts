// Lists of organizations: their orders, what is shown of each, and how many there are.
import { getTableColumns, sql } from 'drizzle-orm'
import { type Organization, organizations } from '../../storage/contacts-schema.ts'
import type { Tx } from '../../storage/db.ts'
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
import { ordersOf } from './field-tables.ts'
import { organizationFields } from './organization-fields.ts'

const orders = { ...ordersOf(organizationFields), ...momentOrders(sql`c`) }

export type OrganizationOrder = keyof typeof orders

/** What lists of organizations can be sorted by. */
export const organizationOrders = namesOf(orders)

const listing: OwnedListing<OrganizationOrder> = { name: 'organizations', orders, usual: { by: 'name' } }

const columns = ['id', 'groupId', ...namesOf(organizationFields), 'state', 'createdAt', 'updatedAt'] as const

/** An organization as a list shows it; its rate has two decimals. */
export type ListedOrganization = Pick<Organization, (typeof columns)[number]>

const shown = pick(getTableColumns(organizations), columns)

/** Organizations by id, as lists show them, in no order. */
export const showOrganizations = (tx: Tx, ids: readonly number[]): Promise<ListedOrganization[]> =>
  tx
    .select(shown)
    .from(organizations)
    .where(sql`${organizations.id} = any(${sql.param(ids)}::bigint[])`)

/**
 * A page of the organizations that a group uses, those of its contact source: by name and id unless another order is
 * requested.
 * @param facts of the group, for the caller
 * @returns an empty page if the caller can't see organizations there; a refusal for an invalid cursor, limit, or ids
 */
export const listOrganizations = (
  tx: Tx,
  facts: Reader,
  wanted: ListRequest<OrganizationOrder>,
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
