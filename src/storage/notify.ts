// Tell and listen: the database itself carries "issue 42 changed" to every process, together with the change.
import { type SQL, sql } from 'drizzle-orm'
import type { Database, Tx } from './db.ts'

const channel = 'rolobot'

/** News of one issue; `delivery` names the work that caused it, if any did. */
export interface News {
  issue: number
  delivery?: number
  /** What came of it, when it is short enough to travel along. */
  outcome?: unknown
}

/** A token or a session of a user ended, or the user was blocked: what is open in that user's name is to be checked again. */
interface Ended {
  ended: number
}

/** SQL: tells news, which a query yields as JSON, when the transaction commits, and only then. */
export const telling = (news: SQL): SQL => sql`pg_notify(${channel}, ${news})`

/** Tells the news when the transaction commits, and only then. */
export async function tell(tx: Tx, news: News): Promise<void> {
  await tx.execute(sql`select ${telling(sql`${JSON.stringify(news)}`)}`)
}

/** Tells, when the transaction commits, that something ended that proves who a user is. */
export async function tellEnd(tx: Tx, userId: number): Promise<void> {
  await tx.execute(sql`select ${telling(sql`${JSON.stringify({ ended: userId } satisfies Ended)}`)}`)
}

type Listener = (news: News) => void

/** What listens to the database once and passes the news on within the process. */
export interface Newsroom {
  /** Starts to listen. A process in which nobody follows anything does without: each one that listens is woken by all news. */
  open(): Promise<void>
  /**
   * Calls back with each piece of news of an issue.
   * @param missed called when the connection was lost for a while: look again, news may be missing
   * @returns how to stop following
   */
  follow(issue: number, listener: Listener, missed?: () => void): () => void
  /**
   * Calls back whenever something ended that proves who a user is, or may have.
   * @returns how to stop following
   */
  followEnds(userId: number, listener: () => void): () => void
}

type Followers<One> = Map<number, Map<(news: One) => void, (() => void) | undefined>>

interface AllFollowers {
  issues: Followers<News>
  users: Followers<Ended>
}

function addTo<One>(followers: Followers<One>, id: number, listener: (news: One) => void, missed?: () => void): () => void {
  const ofOne = followers.get(id) ?? new Map()
  followers.set(id, ofOne.set(listener, missed))
  return () => {
    ofOne.delete(listener)
    if (ofOne.size === 0 && followers.get(id) === ofOne) followers.delete(id)
  }
}

function pass({ issues, users }: AllFollowers, payload: string | null): void {
  if (payload === null) {
    for (const ofOne of [...issues.values(), ...users.values()]) for (const missed of ofOne.values()) missed?.()
    return
  }
  const news = JSON.parse(payload) as News | Ended
  if ('ended' in news) for (const listener of users.get(news.ended)?.keys() ?? []) listener(news)
  else for (const listener of issues.get(news.issue)?.keys() ?? []) listener(news)
}

/** The newsroom of a process. One connection serves any number of followers. */
export function newsroomOf(database: Database): Newsroom {
  const followers: AllFollowers = { issues: new Map(), users: new Map() }
  return {
    open: () => database.listen(channel, (payload) => pass(followers, payload)),
    follow: (issue, listener, missed) => addTo(followers.issues, issue, listener, missed),
    followEnds: (userId, listener) => addTo(followers.users, userId, listener, listener),
  }
}
