// What is spoken about at a place elsewhere: a channel or a thread belongs to an issue, or to a project.
import { and, eq, inArray, or } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { bindings } from '../storage/elsewhere-schema.ts'
import { issues, projects } from '../storage/schema.ts'

/** What a place belongs to: an issue, or only the project in which numbers are to be looked for. */
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
  /** Who says so. */
  userId: number
}

/** `acme/shop#12`, or `acme/shop` for a project. */
export const boundTo = ({ projectPath, issue }: Pick<Binding, 'projectPath' | 'issue'>): string =>
  issue ? `${projectPath}#${issue.iid}` : projectPath

/** Binds a place; what it was bound to before is forgotten. Whether the person may is asked before. */
export async function bind(tx: Tx, { via, place, to, userId }: NewBinding): Promise<void> {
  const target = { projectId: null, issueId: null, ...to, userId }
  await tx
    .insert(bindings)
    .values({ via, place, ...target })
    .onConflictDoUpdate({ target: [bindings.via, bindings.place], set: target })
}

/** Ends a binding. @returns was there one? */
export async function unbind(tx: Tx, via: string, place: string): Promise<boolean> {
  const gone = await tx
    .delete(bindings)
    .where(and(eq(bindings.via, via), eq(bindings.place, place)))
    .returning({ place: bindings.place })
  return gone.length > 0
}

/** What the first of these places that is bound belongs to: a thread is asked before its channel. An issue that was moved is found where it is. */
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
