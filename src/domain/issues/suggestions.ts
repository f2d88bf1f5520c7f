// The issues that match what is being typed, among all that a user can read.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { withinTime } from '../../storage/time-limit.ts'
import { wordsOccur } from '../lists/words.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'
import { wordsOf } from '../rules/search-keys.ts'
import { issueFor } from './guard.ts'
import { parseReference } from './issues.ts'
import { foundOrWalked, textsWith } from './search-texts.ts'

export interface SuggestedIssue {
  id: number
  iid: number
  projectPath: string
  title: string
  state: 'opened' | 'closed'
}

/** The time limit, in milliseconds, for text search; the next key asks again. */
const patience = 150
const highestIid = 2 ** 31 - 1
/** How many of the user's projects, the newest, are searched for words. */
const mostProjects = 1_000

/**
 * The issues that fit a term, at most `limit`, those that changed last first: a whole reference is that issue; `#12`
 * and `12` are numbers, `shop#12` numbers in projects whose path ends so, anything else words of title and description.
 * Nothing typed: the open ones that changed last.
 * @param userId the caller: only what they can read is considered, and except for a complete reference, only where they
 * have a role
 */
export async function issuesThatFit(tx: Tx, userId: number, term: string, limit: number): Promise<SuggestedIssue[]> {
  const wanted = { term: term.replaceAll('\0', '').trim().slice(0, 500), userId, limit }
  const number = /^(?<path>[^\s#]*)#?(?<iid>\d{1,10})$/.exec(wanted.term)?.groups as
    | { path: string; iid: string }
    | undefined
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

/**
 * SQL: a user's own projects, those in which they can comment: all in which they have a role; for administrators, all
 * projects.
 */
const own = (
  userId: number,
): SQL => sql`select p.id, p.full_path, p.path_key from projects p join groups g on g.id = p.group_id
  where ${allowedSql('comment', sql`${userId}::bigint`, projectInSql)}`

async function withNumber(
  tx: Tx,
  wanted: Wanted,
  { path, iid }: { path: string; iid: string },
): Promise<SuggestedIssue[]> {
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
  const facts = name && (await issueFor(tx, { userId }, name)).value
  if (!facts) return []
  return rowsOf(
    tx,
    sql`select ${shown} from issues i join projects p on p.id = i.project_id where i.id = ${facts.issueId}`,
  )
}

function withWords(tx: Tx, { term, userId, limit }: Wanted): Promise<SuggestedIssue[]> {
  const words = wordsOf(term)
  const { found, rows } = words.length > 0 ? fitting(words, limit) : { found: sql``, rows: latest(limit) }
  const projects = sql`${own(userId)} order by p.id desc limit ${mostProjects}`
  return rowsOf(
    tx,
    sql`with p as materialized (${projects})${found} select ${shown} from (${rows}) i join p on p.id = i.project_id
      order by i.state desc, i.updated_at desc, i.id desc limit ${limit}`,
  )
}

// How many matches of words are considered; if there are more, issues are scanned from the latest on, and enough of
// them match soon.
const mostFound = 2_000

/** SQL: the issues in which words occur, and what has to be named before. */
function fitting(words: readonly string[], limit: number): { found: SQL; rows: SQL } {
  const found = textsWith(words, mostFound)
  if (!found) return { found: sql``, rows: walked(words, limit) }
  const fetched = sql`select i.* from found cross join lateral (select * from issues where id = found.id offset 0) i
    cross join lateral (${occurIn(words, sql`i.id`)}) fits`
  return {
    found: sql`, found as materialized (${found})`,
    rows: foundOrWalked(mostFound, fetched, walked(words, limit)),
  }
}

const occurIn = (words: readonly string[], issueId: SQL): SQL =>
  sql`select from issue_texts where issue_id = ${issueId} and ${wordsOccur(words)} offset 0`

const walked = (words: readonly string[], limit: number): SQL => {
  const ofState = (
    state: string,
  ) => sql`(select issues.* from issues cross join lateral (${occurIn(words, sql`issues.id`)}) fits
    where project_id = p.id and state = ${sql.raw(`'${state}'`)} order by updated_at desc, id desc
    limit ${sql.raw(String(limit))})`
  return sql`select near.* from p cross join lateral (${ofState('opened')} union all ${ofState('closed')}) near`
}

const latest = (limit: number): SQL => sql`select near.* from p cross join lateral (
  select * from issues where project_id = p.id and state = 'opened' order by updated_at desc, id desc
  limit ${sql.raw(String(limit))}) near`
