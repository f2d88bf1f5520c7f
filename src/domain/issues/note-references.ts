// System notes that refer to another issue, as the reader can see them: the name of a private project isn't revealed.
import { sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'

const naming = /^(moved from|cloned from|cloned to) (.+)#\d+$/

interface Note {
  body: string
  system: boolean
}

const keyNamedIn = ({ body, system }: Note): string | undefined =>
  system ? naming.exec(body)?.[2]?.toLowerCase() : undefined

/**
 * Removes references into projects that the reader can't see, or that no longer exist.
 * @param userId null for a visitor
 */
export async function withoutHiddenReferences<Shown extends Note>(
  tx: Tx,
  userId: number | null,
  notes: readonly Shown[],
): Promise<Shown[]> {
  const named = new Set(notes.flatMap((note) => keyNamedIn(note) ?? []))
  if (named.size === 0) return [...notes]
  const rows = await rowsOf<{ key: string }>(
    tx,
    sql`select p.path_key as key from projects p join groups g on g.id = p.group_id
      where p.path_key = any(${sql.param([...named])}::text[])
      and ${allowedSql('read_issue', sql`${userId}::bigint`, projectInSql)}`,
  )
  const seen = new Set(rows.map(({ key }) => key))
  return notes.map((note) => {
    const key = keyNamedIn(note)
    return key === undefined || seen.has(key)
      ? note
      : { ...note, body: note.body.replace(naming, '$1 another project') }
  })
}
