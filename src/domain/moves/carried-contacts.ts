// Contacts and organizations move along with a group whose issues get another contact source, in a few set-based
// statements.
import { type SQL, sql } from 'drizzle-orm'
import { writtenColumns } from '../../storage/columns.ts'
import { contacts, organizations } from '../../storage/contacts-schema.ts'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { contactContents } from '../contacts/contact-fields.ts'
import { columnList, objectOf } from '../contacts/field-tables.ts'
import { tellingOf } from '../issues/unlinking.ts'
import { affectedGroups } from '../rules/contact-source.ts'
import type { Actor } from '../rules/history.ts'

/** From where to where, for the issues of which group. */
export interface Going {
  groupId: number
  oldSourceId: number
  newSourceId: number
  /**
   * `moved`: the old source is in the group and no other group needs it: everything moves. `copied`: it is in the
   * group, but some group names it: everything is copied. `linked`: it stays behind: contacts linked to the group's
   * issues are copied, with their organizations.
   */
  how: 'moved' | 'copied' | 'linked'
}

/** Decides what moves along with a group that has just been moved. */
export async function whatGoes(tx: Tx, wanted: Omit<Going, 'how'>): Promise<Going> {
  const { groupId, oldSourceId } = wanted
  const [old] = (await rowsOf(
    tx,
    sql`select g.ancestors @> array[${groupId}::bigint] as "inGroup", exists (select from group_settings s
      where s.contact_source_id = g.id) as named
      from groups g where g.id = ${oldSourceId}`,
  )) as [{ inGroup: boolean; named: boolean }]
  return { ...wanted, how: !old.inGroup ? 'linked' : old.named ? 'copied' : 'moved' }
}

const issuesAffected = ({ groupId }: Going): SQL =>
  sql`select i.id from issues i join projects p on p.id = i.project_id
    where p.group_id in (${affectedGroups(sql`${groupId}::bigint`)})`

const linksAffected = (going: Going): SQL =>
  sql`select l.contact_id from issue_contacts l where l.issue_id in (${issuesAffected(going)})`

// Which contacts `c` of the old source, and which organizations `o`.
const contactsGoing = (going: Going): SQL =>
  going.how === 'linked'
    ? sql`c.group_id = ${going.oldSourceId} and c.id in (${linksAffected(going)})`
    : sql`c.group_id = ${going.oldSourceId}`
const organizationsGoing = (going: Going): SQL =>
  going.how === 'linked'
    ? sql`o.id in (select c.organization_id from contacts c where ${contactsGoing(going)})`
    : sql`o.group_id = ${going.oldSourceId}`

/** Is there anything to create at the new source? */
export async function isAnythingGoing(tx: Tx, going: Going): Promise<boolean> {
  const found = await rowsOf(
    tx,
    sql`(select from contacts c where ${contactsGoing(going)} limit 1) union all (select from organizations o
      where ${organizationsGoing(going)} limit 1)`,
  )
  return found.length > 0
}

/**
 * Moves or copies them. A contact whose address, or an organization whose name, exists at the new source is a
 * duplicate: that one stays, and links are redirected to it. Contacts without an address are never duplicates. Both
 * trees are locked exclusively.
 */
export async function goAlong(tx: Tx, actor: Actor, going: Going): Promise<void> {
  if (going.how === 'moved') await moveAll(tx, actor, going)
  else await copy(tx, actor, going)
}

async function moveAll(tx: Tx, actor: Actor, going: Going): Promise<void> {
  const { oldSourceId, newSourceId } = going
  await absorbDuplicates(tx, actor, going)
  const by = sql`${actor.userId}::bigint, ${actor.via}::text`
  const change = sql`${JSON.stringify({ groupId: oldSourceId })}::jsonb,
    ${JSON.stringify({ groupId: newSourceId })}::jsonb`
  // One statement, because the reference from a contact to an organization of its own group must be valid at its end.
  await tx.execute(sql`with same as (${sameOrganizations(going)}),
    moved_organizations as (
      update organizations set group_id = ${newSourceId} where group_id = ${oldSourceId} and id not in (select old_id
      from same) returning id
    ), moved_contacts as (
      update contacts c set group_id = ${newSourceId}, organization_id = coalesce(same.id, was.organization_id),
        find_by_organization = coalesce(same.find_by_name, was.find_by_organization)
      from contacts was left join same on same.old_id = was.organization_id where was.id = c.id
      and was.group_id = ${oldSourceId} returning c.id
    ), merged as (update history h set organization_id = same.id from same where h.organization_id = same.old_id)
    insert into history (actor_id, via, action, group_id, contact_id, organization_id, before, after)
      select ${by}, 'contact_moved', ${newSourceId}::bigint, id, null::bigint, ${change} from moved_contacts
      union all select ${by}, 'organization_moved', ${newSourceId}::bigint, null, id, ${change} from moved_organizations
      union all select ${by}, 'organization_merged', ${newSourceId}::bigint, null, id, jsonb_build_object('merged',
      jsonb_build_object('name', old_name)), null from same`)
  await tx.execute(sql`delete from organizations where group_id = ${oldSourceId}`)
}

const sameOrganizations = ({ oldSourceId, newSourceId }: Going): SQL =>
  sql`select old.id as old_id, old.name as old_name, there.id, there.find_by_name from organizations old
    join organizations there on there.group_id = ${newSourceId} and there.name_key = old.name_key
    where old.group_id = ${oldSourceId}`

const sameContacts = ({ oldSourceId, newSourceId }: Going): SQL =>
  sql`select old.id as old_id, there.id from contacts old
    join contacts there on there.group_id = ${newSourceId} and there.email_key = old.email_key
    where old.group_id = ${oldSourceId}`

/** Contacts that exist at the new source: links and history go to the existing one, and the other is deleted. */
async function absorbDuplicates(tx: Tx, { userId, via }: Actor, going: Going): Promise<void> {
  const contents = objectOf(sql`old`, contactContents)
  await tx.execute(sql`with same as materialized (${sameContacts(going)}),
    relinked as (
      insert into issue_contacts (issue_id, contact_id, created_at) select l.issue_id, same.id, l.created_at
      from issue_contacts l join same on same.old_id = l.contact_id
      on conflict do nothing
    ), followed as (update history h set contact_id = same.id from same where h.contact_id = same.old_id),
    told as (select ${tellingOf(sql`issue_id`)} from (select distinct l.issue_id from issue_contacts l
    join same on same.old_id = l.contact_id) linked),
    recorded as (
      insert into history (actor_id, via, action, group_id, contact_id, before)
      select ${userId}::bigint, ${via}::text, 'contact_merged', ${going.newSourceId}::bigint, same.id,
      jsonb_build_object('merged', ${contents})
      from same join contacts old on old.id = same.old_id
    ) select count(*) from told`)
  await tx.execute(sql`delete from contacts where id in (select old_id from (${sameContacts(going)}) same)`)
}

async function copy(tx: Tx, actor: Actor, going: Going): Promise<void> {
  await copyOrganizations(tx, actor, going)
  await copyContacts(tx, actor, going)
}

// A copy is a new row: it has everything else of the old one.
const ownOfCopies = ['id', 'groupId', 'createdAt', 'updatedAt']
const organizationColumns = writtenColumns(organizations).filter((name) => !ownOfCopies.includes(name))
// The organization of a copy is the one at the new source.
const ownOfContactCopies = [...ownOfCopies, 'organizationId', 'findByOrganization']
const contactColumns = writtenColumns(contacts).filter((name) => !ownOfContactCopies.includes(name))

async function copyOrganizations(tx: Tx, { userId, via }: Actor, going: Going): Promise<void> {
  const { newSourceId } = going
  await tx.execute(sql`with copied as (
      insert into organizations (group_id, ${columnList(organizationColumns)})
      select ${newSourceId}, ${columnList(organizationColumns)} from organizations o
      where ${organizationsGoing(going)} order by id on conflict on constraint organizations_name_unique do nothing
      returning id, name
    ) insert into history (actor_id, via, action, group_id, organization_id, after)
      select ${userId}::bigint, ${via}::text, 'organization_copied', ${newSourceId}::bigint, id,
      jsonb_build_object('name', name) from copied`)
}

/** The issues of the group are linked to the copies, or to existing contacts; all other issues are not affected. */
async function copyContacts(tx: Tx, { userId, via }: Actor, going: Going): Promise<void> {
  const { newSourceId } = going
  await tx.execute(sql`with going as materialized (select c.*, there.id as there_id from contacts c
      left join contacts there on there.group_id = ${newSourceId} and there.email_key = c.email_key
      where ${contactsGoing(going)}),
    pairs as materialized (
      select id as old_id, coalesce(there_id, nextval(pg_get_serial_sequence('contacts', 'id'))) as id,
      there_id is null as is_new from going order by going.id
    ), copied as (
      insert into contacts (id, group_id, organization_id, find_by_organization, ${columnList(contactColumns)})
      overriding system value
      select pairs.id, ${newSourceId}, there.id, there.find_by_name, ${columnList(contactColumns, sql`c`)}
      from pairs join going c on c.id = pairs.old_id left join organizations o on o.id = c.organization_id
        left join organizations there on there.group_id = ${newSourceId} and there.name_key = o.name_key
      where pairs.is_new
      returning *
    ), relinked as (
      update issue_contacts l set contact_id = pairs.id from pairs where l.contact_id = pairs.old_id
      and l.issue_id in (${issuesAffected(going)})
      returning l.issue_id
    ), told as (select ${tellingOf(sql`issue_id`)} from (select distinct issue_id from relinked) linked),
    recorded as (
      insert into history (actor_id, via, action, group_id, contact_id, after)
      select ${userId}::bigint, ${via}::text, 'contact_copied', ${newSourceId}::bigint, id,
        ${objectOf(sql`copied`, contactContents)} from copied
    ) select count(*) from told`)
}
