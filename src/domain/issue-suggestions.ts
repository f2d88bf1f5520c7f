// The issues that fit what is being typed, among all that somebody may read.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { withinTime } from '../storage/time-limit.ts'
import { parseReference, readFacts } from './issues.ts'
import { wordsOccur } from './list-walks.ts'
import { mayRead } from './members.ts'
import { can } from './permissions.ts'
import { wordsOf } from './search-keys.ts'

export interface SuggestedIssue {
  id: number
  iid: number
  projectPath: string
  title: string
  state: 'opened' | 'closed'
}

/** Milliseconds for what may occur everywhere; who types on is asked again. */
const patience = 150
const highestIid = 2 ** 31 - 1
/** Of the projects somebody may read so many, the newest, are looked through for words. */
const mostProjects = 1_000

/**
 * The issues that fit a term, at most `limit`, those that changed last first: a whole reference is that issue; `#12` and `12` are numbers, `shop#12`
 * numbers in projects whose path ends so, anything else words of title and description. Nothing typed: the open ones that changed last.
 * @param userId who asks; only what they may read comes into question, and but for a whole reference only what they have a role in
 */
export async function issuesThatFit(tx: Tx, userId: number, term: string, limit: number): Promise<SuggestedIssue[]> {
  const wanted = { term: term.replaceAll('\0', '').trim().slice(0, 500), userId, limit }
  const number = /^(?<path>[^\s#]*)#?(?<iid>\d{1,10})$/.exec(wanted.term)?.groups as { path: string; iid: string } | undefined
  const numbered = number ? await withNumber(tx, wanted, number) : []
  if (numbered.length > 0) return numbered
  return (await withinTime(tx, patience, (inner) => withWords(inner, wanted))) ?? []
}

interface Wanted {
  term: string
  userId: number
  limit: number
}

const shown = sql`i.id, i.iid, p.full_path as "projectPath", i.title, i.state`

/** SQL: the projects of somebody's own: all in which they have a role; for administrators all there are. */
const own = (userId: number): SQL => sql`select p.id, p.full_path, p.path_key from projects p join groups g on g.id = p.group_id
  where ${mayRead(sql`${userId}::bigint`)} and exists (select from users u where u.id = ${userId} and (u.administrator or exists (
    select from members m where m.user_id = u.id and (m.project_id = p.id or m.group_id = any(g.ancestors)))))`

async function withNumber(tx: Tx, wanted: Wanted, { path, iid }: { path: string; iid: string }): Promise<SuggestedIssue[]> {
  if (Number(iid) > highestIid) return []
  const whole = await withReference(tx, wanted)
  if (whole.length > 0) return whole
  const key = path.toLowerCase()
  const fits = sql`${key} = '' or p.path_key = ${key} or right(p.path_key, ${key.length + 1}::int) = ${`/${key}`}`
  const rows = (inner: Tx): Promise<SuggestedIssue[]> =>
    rowsOf(
      inner,
      sql`select ${shown} from (${own(wanted.userId)}) p join issues i on i.project_id = p.id and i.iid = ${Number(iid)}
        where ${fits} order by i.state desc, i.updated_at desc, i.id desc limit ${wanted.limit}`,
    )
  return (await withinTime(tx, patience, rows)) ?? []
}

async function withReference(tx: Tx, { term, userId }: Wanted): Promise<SuggestedIssue[]> {
  const name = parseReference(term)
  const facts = name && (await readFacts(tx, name, userId))
  if (!facts || !can(facts.standing, 'read_issue')) return []
  return rowsOf(tx, sql`select ${shown} from issues i join projects p on p.id = i.project_id where i.id = ${facts.issueId}`)
}

function withWords(tx: Tx, { term, userId, limit }: Wanted): Promise<SuggestedIssue[]> {
  const words = wordsOf(term)
  const rows = words.length > 0 ? fitting(words) : latest(limit)
  const order = sql`order by i.state desc, i.updated_at desc, i.id desc limit ${limit}`
  const projects = sql`${own(userId)} order by p.id desc limit ${mostProjects}`
  return rowsOf(tx, sql`with p as materialized (${projects}) select ${shown} from p ${rows} ${order}`)
}

const fitting = (words: readonly string[]): SQL =>
  sql`join issues i on i.project_id = p.id join issue_texts on issue_id = i.id where ${wordsOccur(words)}`

const latest = (limit: number): SQL => sql`cross join lateral (
  select * from issues near where near.project_id = p.id and near.state = 'opened'
  order by near.updated_at desc, near.id desc limit ${sql.raw(String(limit))}) i`
