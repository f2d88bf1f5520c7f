// Notify and listen: the database itself carries "issue 42 changed" to every process, together with the change.
import { type SQL, sql } from 'drizzle-orm'
import type { Database, Tx } from './db.ts'

const channel = 'rolobot'

/** A change to one issue; `delivery` names the work that caused it, if any. */
export interface News {
  issue: number
  delivery?: number
  /** The outcome, if it is short enough to travel along. */
  outcome?: unknown
}

/** A token or session of a user ended, or the user was blocked: that user's open streams must be checked again. */
interface Ended {
  ended: number
}

/** SQL: sends notifications, which a query yields as JSON, when the transaction commits, and only then. */
export const telling = (news: SQL): SQL => sql`pg_notify(${channel}, ${news})`

/** Sends the notification when the transaction commits, and only then. */
export async function tell(tx: Tx, news: News): Promise<void> {
  await tx.execute(sql`select ${telling(sql`${JSON.stringify(news)}`)}`)
}

/** Notifies, when the transaction commits, that a token or session ended. */
export async function tellEnd(tx: Tx, userId: number): Promise<void> {
  await tx.execute(sql`select ${telling(sql`${JSON.stringify({ ended: userId } satisfies Ended)}`)}`)
}

type Listener = (news: News) => void

/** Listens to the database once and distributes the notifications within the process. */
export interface Newsroom {
  /**
   * Starts to listen. A process without followers doesn't need to: each listening process is woken by every
   * notification.
   */
  open(): Promise<void>
  /**
   * Calls back on each change of an issue.
   * @param missed called after the connection was lost for a while: check again, notifications may be missing
   * @returns a function that stops following
   */
  follow(issue: number, listener: Listener, missed?: () => void): () => void
  /**
   * Calls back whenever a token or session ended, or may have.
   * @returns a function that stops following
   */
  followEnds(userId: number, listener: () => void): () => void
}

type Followers<One> = Map<number, Map<(news: One) => void, (() => void) | undefined>>

interface AllFollowers {
  issues: Followers<News>
  users: Followers<Ended>
}

function addTo<One>(
  followers: Followers<One>,
  id: number,
  listener: (news: One) => void,
  missed?: () => void,
): () => void {
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

/** The notifications of a process. One connection serves any number of followers. */
export function newsroomOf(database: Database): Newsroom {
  const followers: AllFollowers = { issues: new Map(), users: new Map() }
  return {
    open: () => database.listen(channel, (payload) => pass(followers, payload)),
    follow: (issue, listener, missed) => addTo(followers.issues, issue, listener, missed),
    followEnds: (userId, listener) => addTo(followers.users, userId, listener, listener),
  }
}
