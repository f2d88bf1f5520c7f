// Who may do what: each ability, for each role wherever it is held, under each setting. What people do with it is in
// permitted-operations.test.ts.
import { type SQL, sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { readGroupFacts, readProject } from '../../src/domain/groups/facts.ts'
import { visibleProjects } from '../../src/domain/groups/groups.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import { type IssueFacts, readFacts, readFactsOfMany } from '../../src/domain/issues/issues.ts'
import { type Ability, can, rules, type Standing } from '../../src/domain/rules/permissions.ts'
import { allowedSql, groupInSql, projectInSql, type SqlSubject } from '../../src/domain/rules/permissions-sql.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import { startService } from '../support/service/service.ts'
import { has, inBoth, inEveryRole, type Person, visitor, withoutRole } from '../support/world/people.ts'
import { type Tree, tree } from '../support/world/tree.ts'

const groups = ['acme', 'acme/care', 'acme/care/support', 'acme/forum', 'partner', 'partner/crm', 'other']
const shop = 'acme/care/support:shop'
const [forum, desk] = ['acme/care/support:forum', 'other:desk']
const places = [shop, 'acme/care/support', 'acme/care', 'acme', 'partner/crm', 'partner', 'other', desk]

// What the words of the table stand for; `source` is said by each situation.
const where = {
  project: shop,
  group: 'acme/care/support',
  'public project': forum,
  'new project': desk,
  'new group': 'other',
}

type Thing =
  | keyof typeof where
  | 'source'
  | 'issue'
  | 'public issue'
  | 'public group'
  | 'issue → new project'
  | 'project → new group'
  | 'group → new group'

/** `on`: customer relations must be on there, or nobody has it. */
interface Line {
  says: string
  ability: Ability
  of: Thing
  needs: string
  on?: readonly ('group' | 'source')[]
}

const both = ['group', 'source'] as const

// The table of permissions, line by line. `group` is the issue's own group, `source` the contact source that applies to
// it and holds the contacts.
const table: readonly Line[] = [
  { says: 'see contacts of a group', ability: 'read_contacts', of: 'group', needs: 'planner in source', on: both },
  {
    says: 'see contacts that a group holds',
    ability: 'read_contacts',
    of: 'source',
    needs: 'planner in source',
    on: ['source'],
  },
  {
    says: 'create and edit contacts',
    ability: 'admin_contacts',
    of: 'source',
    needs: 'developer in source',
    on: ['source'],
  },
  {
    says: 'see the contacts of an issue',
    ability: 'read_issue_contacts',
    of: 'issue',
    needs: 'planner in source',
    on: both,
  },
  {
    says: 'change them',
    ability: 'set_issue_contacts',
    of: 'issue',
    needs: 'planner in source, planner in project',
    on: both,
  },
  { says: 'read issues of a private project', ability: 'read_issue', of: 'issue', needs: 'guest in project' },
  { says: 'see a private project', ability: 'read_issue', of: 'project', needs: 'guest in project' },
  { says: 'comment', ability: 'comment', of: 'issue', needs: 'guest in project' },
  { says: 'change issues of others', ability: 'edit_issue', of: 'issue', needs: 'planner in project' },
  { says: 'delete issues', ability: 'delete_issue', of: 'issue', needs: 'owner in project' },
  { says: "edit other users' comments", ability: 'admin_comments', of: 'issue', needs: 'maintainer in project' },
  { says: 'change group settings', ability: 'change_settings', of: 'group', needs: 'owner in group' },
  { says: 'change settings of the source', ability: 'change_settings', of: 'source', needs: 'owner in source' },
  {
    says: 'move an issue',
    ability: 'move_issue',
    of: 'issue → new project',
    needs: 'reporter in project, reporter in new project',
  },
  {
    says: 'transfer a project',
    ability: 'transfer_project',
    of: 'project → new group',
    needs: 'owner in project, maintainer in new group',
  },
  {
    says: 'transfer a group',
    ability: 'transfer_group',
    of: 'group → new group',
    needs: 'owner in group, owner in new group',
  },
  // What is public.
  { says: 'read issues of a public project', ability: 'read_issue', of: 'public issue', needs: 'everyone' },
  { says: 'see a public project', ability: 'read_issue', of: 'public project', needs: 'everyone' },
  { says: 'comment in a public project', ability: 'comment', of: 'public issue', needs: 'guest in public project' },
  {
    says: 'see contacts on a public issue',
    ability: 'read_issue_contacts',
    of: 'public issue',
    needs: 'planner in source',
    on: both,
  },
  { says: 'see a public group', ability: 'read_group', of: 'public group', needs: 'everyone' },
  // What is said of groups and projects elsewhere.
  { says: 'see a private group', ability: 'read_group', of: 'group', needs: 'guest in group' },
  { says: 'see a private source', ability: 'read_group', of: 'source', needs: 'guest in source' },
  { says: 'read the history of a group', ability: 'read_group_history', of: 'group', needs: 'maintainer in group' },
  {
    says: 'read the history of a project',
    ability: 'read_project_history',
    of: 'project',
    needs: 'maintainer in project',
  },
  {
    says: 'read the history of an issue',
    ability: 'read_project_history',
    of: 'issue',
    needs: 'maintainer in project',
  },
  { says: 'change a group', ability: 'admin_group', of: 'group', needs: 'owner in group' },
  { says: 'delete a group', ability: 'remove_group', of: 'group', needs: 'owner in group' },
  { says: 'create groups in it', ability: 'create_subgroup', of: 'group', needs: 'owner in group' },
  { says: 'create projects in it', ability: 'create_project', of: 'group', needs: 'maintainer in group' },
  { says: 'delete a project', ability: 'remove_project', of: 'project', needs: 'owner in project' },
  { says: 'change a project', ability: 'admin_project', of: 'project', needs: 'maintainer in project' },
]

interface Situation {
  says: string
  source: string
  names?: Readonly<Record<string, string>>
  off?: readonly string[]
}

const elsewhere = { source: 'partner/crm', names: { acme: 'partner/crm' } }

const situations: readonly Situation[] = [
  { says: 'nothing is set', source: 'acme' },
  { says: 'off for the issue’s own group', source: 'acme', off: ['acme/care/support'] },
  { says: 'off for the source', source: 'acme', off: ['acme'] },
  { says: 'off for a group between, which is neither', source: 'acme', off: ['acme/care'] },
  { says: 'a group between names itself', source: 'acme/care', names: { 'acme/care': 'acme/care' } },
  {
    says: 'a group between names itself, and is off',
    source: 'acme/care',
    names: { 'acme/care': 'acme/care' },
    off: ['acme/care'],
  },
  {
    says: 'the issue’s own group names itself',
    source: 'acme/care/support',
    names: { 'acme/care/support': 'acme/care/support' },
  },
  { says: 'a source in another tree', ...elsewhere },
  { says: 'a source in another tree, off for it', ...elsewhere, off: ['partner/crm'] },
  { says: 'a source in another tree, off for the issue’s own group', ...elsewhere, off: ['acme/care/support'] },
  {
    says: 'a source in another tree, off for everything but these two',
    ...elsewhere,
    off: ['acme', 'acme/care', 'partner', 'other'],
  },
]

let db: Db
let t: Tree
let singles: Person[]
let pairs: Person[]
let issues: { private: number; public: number }

beforeAll(async () => {
  db = (await startService({ idle: true })).db
  t = await tree(db, [...groups, shop, forum, desk])
  await db.execute(sql`update projects set visibility = 'public' where id = ${t.project(forum).id}`)
  await db.execute(sql`update groups set visibility = 'public' where id = ${t.group('acme/forum').id}`)
  issues = { private: (await t.issue(shop)).id, public: (await t.issue(forum)).id }
  singles = [visitor, ...(await withoutRole(db, t, places)), ...(await inEveryRole(t, places))]
  pairs = [
    ...(await inBoth(t, shop, 'acme')),
    ...(await inBoth(t, shop, 'partner/crm')),
    ...(await inBoth(t, shop, desk, ['planner', 'reporter', 'developer'])),
    ...(await inBoth(t, shop, 'other', ['developer', 'maintainer', 'owner'])),
    ...(await inBoth(t, 'acme/care/support', 'other', ['developer', 'maintainer', 'owner'])),
  ]
})

async function arrange({ names = {}, off = [] }: Situation): Promise<void> {
  for (const name of groups) {
    const source = names[name]
    await saveSettings(db, t.group(name).id, {
      customerRelations: !off.includes(name),
      contactSourceId: source === undefined ? null : t.group(source).id,
    })
  }
}

const there = <Value>(found: Value | undefined): Value => {
  if (found === undefined) throw new Error('it is not there')
  return found
}

/** What the database knows of a user, for each thing of the table. */
async function standingsOf({ userId }: Person, { source }: Situation): Promise<Record<Thing, Standing>> {
  const issue = async (id: number) => there(await readFacts(db, { id }, userId))
  const project = async (name: string) => there(await readProject(db, t.project(name).id, userId)).standing
  const group = async (name: string) => there(await readGroupFacts(db, t.group(name).id, userId))
  const known = await issue(issues.private)
  expect(known.sourceId).toBe(t.group(source).id)
  const [ours, theirs, other] = [await group(where.group), await group(source), await group('other')]
  const [here, newProject] = [await project(shop), await project(desk)]
  return {
    issue: known.standing,
    'issue → new project': { ...known.standing, destination: newProject.project },
    'public issue': (await issue(issues.public)).standing,
    project: here,
    'project → new group': { ...here, destination: other.standing.group },
    'public project': await project(forum),
    'new project': newProject,
    group: ours.standing,
    'group → new group': { ...ours.standing, destination: other.standing.group },
    'public group': (await group('acme/forum')).standing,
    'new group': other.standing,
    source: theirs.asOwnerGroup,
  }
}

// The same things as `g` and, in it, `p`; an issue is where its project is.
const inSql = (project: string): SQL =>
  sql`projects p join groups g on g.id = p.group_id where p.id = ${t.project(project).id}`
const groupOf = (name: string): SQL => sql`groups g where g.id = ${t.group(name).id}`
const { grounds: groupGrounds, ...ofGroup } = groupInSql()
const groundOf = (name: string) => ({
  groupIds: sql`(select ancestors from groups where id = ${t.group(name).id})::bigint[]`,
})
const destined = ({ grounds, ...rest }: SqlSubject, destination: SqlSubject['grounds']['destination']): SqlSubject => ({
  ...rest,
  grounds: { ...grounds, destination },
})
// What counts for the contacts that the group itself holds.
const ownerGroup: SqlSubject = {
  ...ofGroup,
  grounds: { group: groupGrounds.group, source: groupGrounds.group },
  customerRelations: sql`coalesce((select customer_relations from group_settings where group_id = g.id), true)`,
  withSource: (condition) => sql`(${condition})`,
}

function subjectsOf({ source }: Situation): Record<Thing, [SQL, SqlSubject]> {
  const toDesk = { ...groundOf('other'), projectId: sql`${t.project(desk).id}::bigint` }
  return {
    issue: [inSql(shop), projectInSql],
    'issue → new project': [inSql(shop), destined(projectInSql, toDesk)],
    'public issue': [inSql(forum), projectInSql],
    project: [inSql(shop), projectInSql],
    'project → new group': [inSql(shop), destined(projectInSql, groundOf('other'))],
    'public project': [inSql(forum), projectInSql],
    'new project': [inSql(desk), projectInSql],
    group: [groupOf(where.group), groupInSql()],
    'group → new group': [groupOf(where.group), destined(groupInSql(), groundOf('other'))],
    'public group': [groupOf('acme/forum'), groupInSql()],
    'new group': [groupOf('other'), groupInSql()],
    source: [groupOf(source), ownerGroup],
  }
}

/** What the database answers for all lines of the table at once, for each of these people. */
async function answersInSql(people: readonly Person[], situation: Situation): Promise<boolean[][]> {
  const subjects = subjectsOf(situation)
  const columns = table.map(
    ({ of, ability }) => sql`(select ${allowedSql(ability, sql`given.id`, subjects[of][1])} from ${subjects[of][0]})`,
  )
  const ids = sql.param(people.map(({ userId }) => userId))
  const rows = await rowsOf<{ answers: boolean[] }>(
    db,
    sql`select array[${sql.join(columns, sql`, `)}] as answers
      from unnest(${ids}::bigint[]) with ordinality as given (id, at) order by at`,
  )
  return rows.map(({ answers }) => answers)
}

const isOn = ({ on = [] }: Line, { source, off = [] }: Situation): boolean =>
  on.every((which) => !off.includes(which === 'source' ? source : where.group))

const mayDo = (person: Person, line: Line, situation: Situation): boolean =>
  isOn(line, situation) && has(person, line.needs, { ...where, source: situation.source })

async function mismatches(people: readonly Person[], situation: Situation): Promise<string[]> {
  const wrong: string[] = []
  const inSets = await answersInSql(people, situation)
  for (const [at, person] of people.entries()) {
    const standings = await standingsOf(person, situation)
    for (const [number, line] of table.entries()) {
      const may = mayDo(person, line, situation)
      const says = `${person.name} may${may ? '' : ' not'} ${line.says}`
      if (can(standings[line.of], line.ability) !== may) wrong.push(says)
      if (inSets[at]?.[number] !== may) wrong.push(`${says}, by SQL`)
    }
  }
  return wrong
}

test('the table speaks of every ability', () => {
  expect(new Set(table.map(({ ability }) => ability))).toEqual(new Set(Object.keys(rules)))
})

test.each(situations)('each role, held in each place: $says', async (situation) => {
  await arrange(situation)
  expect(await mismatches(singles, situation)).toEqual([])
})

test.each(situations.filter(({ says }) => ['nothing is set', 'a source in another tree'].includes(says)))(
  'two roles, held in two places: $says',
  async (situation) => {
    await arrange(situation)
    expect(await mismatches(pairs, situation)).toEqual([])
  },
)

test('what is known of many is what is known of each', async () => {
  await arrange(there(situations.find(({ says }) => says === 'a source in another tree')))
  const asked = [...singles, ...pairs].flatMap(({ userId }) =>
    userId === null ? [] : [{ issueId: issues.private, userId }],
  )
  const each: (IssueFacts | undefined)[] = []
  for (const { issueId, userId } of asked) each.push(await readFacts(db, { id: issueId }, userId))
  expect(await readFactsOfMany(db, asked)).toEqual(each)
})

test('a user who lists projects sees those of which they may read the issues', async () => {
  const wrong: string[] = []
  const needs = { [shop]: 'guest in project', [forum]: 'everyone', [desk]: 'guest in new project' }
  for (const person of [...singles, ...pairs]) {
    const seen = (await visibleProjects(db, person.userId, 100)).map(({ fullPath }) => fullPath)
    const expected = Object.entries(needs).flatMap(([name, need]) => (has(person, need, where) ? [t.pathOf(name)] : []))
    if (seen.join() !== expected.sort().join()) wrong.push(`${person.name} sees ${seen}`)
  }
  expect(wrong).toEqual([])
})

test('however many rows are checked, the roles of a user are read once', async () => {
  const { userId } = singles.find(({ name }) => name.includes('guest')) ?? (singles[0] as Person)
  const readable = allowedSql('read_issue', sql`${userId}::bigint`, projectInSql)
  const plans = await rowsOf<Record<'QUERY PLAN', unknown>>(
    db,
    sql`explain (analyze, format json) select p.id from projects p join groups g on g.id = p.group_id
      where ${readable}`,
  )
  const reads = nodesOf(plans[0]?.['QUERY PLAN']).filter((node) => node['Relation Name'] === 'members')
  expect(reads.length).toBeGreaterThan(0)
  expect(reads.filter((node) => Number(node['Actual Loops']) > 1)).toEqual([])
})

/** All objects in a value, at any depth. */
function nodesOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(nodesOf)
  return Array.isArray(value) ? inside : [value as Record<string, unknown>, ...inside]
}
