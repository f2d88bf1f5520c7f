// Bindings: a channel or a thread on another service is bound to an issue or a project.
import { and, eq, inArray, or } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { bindings } from '../../storage/elsewhere-schema.ts'
import { issues, projects } from '../../storage/schema.ts'

/** What a channel or thread is bound to: an issue, or only the project in which numbers are looked up. */
export interface Binding {
  place: string
  projectId: number
  projectPath: string
  issue: { id: number; iid: number } | null
}

export interface NewBinding {
  via: string
  place: string
  to: { issueId: number } | { projectId: number }
  /** The user who bound it. */
  userId: number
}

/** `acme/shop#12`, or `acme/shop` for a project. */
export const boundTo = ({ projectPath, issue }: Pick<Binding, 'projectPath' | 'issue'>): string =>
  issue ? `${projectPath}#${issue.iid}` : projectPath

/** Binds a channel or thread, and replaces an earlier binding. The caller checks permissions. */
export async function bind(tx: Tx, { via, place, to, userId }: NewBinding): Promise<void> {
  const target = { projectId: null, issueId: null, ...to, userId }
  await tx
    .insert(bindings)
    .values({ via, place, ...target })
    .onConflictDoUpdate({ target: [bindings.via, bindings.place], set: target })
}

/** Removes a binding. @returns whether there was one */
export async function unbind(tx: Tx, via: string, place: string): Promise<boolean> {
  const gone = await tx
    .delete(bindings)
    .where(and(eq(bindings.via, via), eq(bindings.place, place)))
    .returning({ place: bindings.place })
  return gone.length > 0
}

/** The first binding of these: a thread comes before its channel. A moved issue is found in its new project. */
export async function findBinding(tx: Tx, via: string, places: readonly string[]): Promise<Binding | undefined> {
  const found = await tx
    .select({
      place: bindings.place,
      projectId: projects.id,
      projectPath: projects.fullPath,
      issue: { id: issues.id, iid: issues.iid },
    })
    .from(bindings)
    .leftJoin(issues, eq(issues.id, bindings.issueId))
    .innerJoin(projects, or(eq(projects.id, bindings.projectId), eq(projects.id, issues.projectId)))
    .where(and(eq(bindings.via, via), inArray(bindings.place, [...places])))
  return found.sort((a, b) => places.indexOf(a.place) - places.indexOf(b.place))[0]
}
