// Workspaces where we are installed, with our token: encrypted before it gets here, so that the database can't reveal
// it.
import { and, eq, lte, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { installations } from '../../storage/elsewhere-schema.ts'

export interface Installation {
  via: string
  /** The workspace's id there. */
  externalId: string
  /** Its name. */
  name: string
  sealed: string
  /** The user who installed it, if it was one of ours. */
  userId: number | null
}

/** Stores an installation; the latest one for a workspace counts. */
export async function keepInstallation(tx: Tx, installation: Installation): Promise<void> {
  const { name, sealed, userId } = installation
  await tx
    .insert(installations)
    .values(installation)
    .onConflictDoUpdate({
      target: [installations.via, installations.externalId],
      set: { name, sealed, userId, updatedAt: sql`now()` },
    })
}

/** The installation in a workspace. */
export async function findInstallation(tx: Tx, via: string, externalId: string): Promise<Installation | undefined> {
  const [found] = await tx
    .select()
    .from(installations)
    .where(and(eq(installations.via, via), eq(installations.externalId, externalId)))
  return found
}

/** We were uninstalled at that time; a later installation stays. */
export async function forgetInstallation(
  tx: Tx,
  { via, externalId }: Pick<Installation, 'via' | 'externalId'>,
  at: Date,
): Promise<void> {
  const which = and(
    eq(installations.via, via),
    eq(installations.externalId, externalId),
    lte(installations.updatedAt, at),
  )
  await tx.delete(installations).where(which)
}
