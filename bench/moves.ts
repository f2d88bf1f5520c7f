// Moving a group with 100,000 contacts and 1,000,000 links: all of it goes along, half of it is copied, or nothing
// changes; beside the bare updates.
import { sql } from 'drizzle-orm'
import { transferGroup } from '../src/domain/moves/transfers.ts'
import { type Db, openPostgres } from '../src/storage/db.ts'
import { migrateDatabase } from '../src/storage/migrate.ts'
import { withDatabase } from './comments.ts'
import { figure, print } from './measure.ts'

const contacts = 100_000
const issues = 100_000
const linksOfIssue = 10

// Two trees: `small` with subgroups, its contacts and issues, and `big`, which has every tenth of the contacts already.
const fill = [
  sql`insert into users (username, username_key, name, administrator) values ('root', 'root', 'Root', true)`,
  sql`insert into groups (id, parent_id, path, full_path, path_key, name, ancestors) overriding system value values
    (1, null, 'small', 'small', 'small', 'Small', '{1}'), (2, null, 'big', 'big', 'big', 'Big', '{2}'),
    (3, 1, 'team', 'small/team', 'small/team', 'Team', '{1,3}'), (4, null, 'third', 'third', 'third', 'Third', '{4}')`,
  sql`insert into projects (id, group_id, path, full_path, path_key, name) overriding system value
    select n, 3, 'p' || n, 'small/team/p' || n, 'small/team/p' || n, 'P' from generate_series(1, 100) n`,
  sql`insert into organizations (group_id, name, name_key, find_by_name)
    select g, 'Company ' || n, 'company ' || n, 'company ' || n
    from generate_series(1, 2000) n, unnest(array[1, 2]) g where g = 1 or n % 10 = 0`,
  sql`insert into contacts (group_id, organization_id, first_name, last_name, email, email_key, first_key, last_key,
    find_by_name, find_by_surname, find_by_email, find_by_domain, find_by_organization)
    select g, o.id, 'Ann', 'Smith-' || n, 'user' || n || '@x.io', 'user' || n || '@x.io', 'ann', 'smith-' || n,
    'ann smith-' || n, 'smith-' || n || ' ann', 'user' || n || '@x.io', 'x.io', o.name_key
    from generate_series(1, ${sql.raw(String(contacts))}) n, unnest(array[1, 2]) g, organizations o
    where (g = 1 or n % 10 = 0) and o.group_id = g and o.name_key = 'company ' || (1 + (n * 10) % 2000) `,
  sql`insert into issues (project_id, iid, title) select 1 + n % 100, n, 'Issue'
    from generate_series(1, ${sql.raw(String(issues))}) n`,
  sql`insert into issue_contacts (issue_id, contact_id) select i.id, c.id from issues i, lateral (
      select c.id from contacts c where c.group_id = 1
      and c.email_key = any(array(select 'user' || (1 + (i.iid * 7 + k * 101) % ${sql.raw(String(contacts))}) || '@x.io'
      from generate_series(1, ${sql.raw(String(linksOfIssue))}) k))
    ) c`,
  sql`analyze`,
]

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

async function move(db: Db, id: number, to: number | null): Promise<number> {
  return timed(async () => {
    const moved = await transferGroup(db, { userId: 1, via: 'bench' }, id, to)
    if (moved.refused) throw new Error(moved.refused.reason)
  })
}

async function measure(url: string): Promise<void> {
  await migrateDatabase(url)
  const { db, close } = openPostgres(url, 4)
  for (const statement of fill)
    await db.transaction(async (tx) => {
      await tx.execute(sql`set local statement_timeout = '600s'`)
      await tx.execute(statement)
    })
  const along = await move(db, 1, 2)
  const same = await move(db, 3, 2)
  const copied = await move(db, 3, 4)
  const bare = await timed(() =>
    db
      .transaction(async (tx) => {
        await tx.execute(sql`update contacts set updated_at = now() where group_id = 2`)
        await tx.execute(sql`update issue_contacts set contact_id = contact_id`)
        throw new Error('undone')
      })
      .catch(() => {}),
  )
  await close()
  print(
    `Moving a group with ${contacts.toLocaleString('en')} contacts and ${(issues * linksOfIssue).toLocaleString('en')} links`,
    [
      ['', 'took'],
      ['contacts go along, a tenth are duplicates', figure(along / 1000, 's')],
      ['the source stays the same', figure(same / 1000, 's')],
      ['the old source stays behind: linked contacts are copied', figure(copied / 1000, 's')],
      ['beside it: one bare update of all contacts and all links', figure(bare / 1000, 's')],
    ],
  )
}

/** Measures and prints. */
export const benchMoves = (): Promise<void> => withDatabase(measure)
