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

/** SQL: tells news, which a query yields as JSON, when the transaction commits, and only then. */
export const telling = (news: SQL): SQL => sql`pg_notify(${channel}, ${news})`

/** Tells the news when the transaction commits, and only then. */
export async function tell(tx: Tx, news: News): Promise<void> {
  await tx.execute(sql`select ${telling(sql`${JSON.stringify(news)}`)}`)
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
}

type Followers = Map<number, Map<Listener, (() => void) | undefined>>

function pass(followers: Followers, payload: string | null): void {
  if (payload === null) {
    for (const ofIssue of followers.values()) for (const missed of ofIssue.values()) missed?.()
    return
  }
  const news = JSON.parse(payload) as News
  for (const listener of followers.get(news.issue)?.keys() ?? []) listener(news)
}

/** The newsroom of a process. One connection serves any number of followers. */
export function newsroomOf(database: Database): Newsroom {
  const followers: Followers = new Map()
  return {
    open: () => database.listen(channel, (payload) => pass(followers, payload)),
    follow(issue, listener, missed) {
      const ofIssue = followers.get(issue) ?? new Map()
      followers.set(issue, ofIssue.set(listener, missed))
      return () => {
        ofIssue.delete(listener)
        if (ofIssue.size === 0 && followers.get(issue) === ofIssue) followers.delete(issue)
      }
    },
  }
}
