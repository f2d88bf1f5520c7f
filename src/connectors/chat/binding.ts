// Binding a channel or a thread to an issue or a project.

import { projectFor } from '../../domain/groups/guard.ts'
import { issueFor } from '../../domain/issues/guard.ts'
import { parseReference, referenceOf } from '../../domain/issues/issues.ts'
import { bind, boundTo, findBinding, unbind } from '../../domain/people/bindings.ts'
import { isFirstTime } from '../../domain/rules/only-once.ts'
import { type ChatHouse, type Said, whoAreYou } from './chat.ts'
import type { Person } from './names.ts'
import { issueNamed } from './references.ts'
import { issueMeant } from './submission.ts'

/** A request to bind a channel or thread. */
export interface Bound {
  person: Person
  place: string
  /** As written. */
  what: string
  kind: 'channel' | 'thread'
  /** The name of the command or message: resent, it does nothing. */
  name: string
}

const noSuchThing = "This issue or project doesn't exist, or you don't have permission to comment there."

/** `bind acme/shop#12`, or a project: for users who can comment there. */
export async function bindPlace(house: ChatHouse, { person, place, what, kind, name }: Bound): Promise<Said> {
  const userId = await house.people.find(person)
  if (userId === undefined) return whoAreYou(house)
  const before = await findBinding(house.db, house.chat.via, [place])
  if (what === '')
    return {
      text: before
        ? await tellBinding(house, userId, before, kind)
        : `This ${kind} isn't bound. Enter \`bind acme/shop#12\`.`,
    }
  const target = await targetOf(house, userId, what, place)
  if (!target) return { text: noSuchThing, state: 'lacking' }
  if (before && !(await mayLoosen(house, userId, before))) return notYours(kind)
  if (!(await once(house, name, (tx) => bind(tx, { via: house.chat.via, place, to: target.to, userId }))))
    return nothing
  const example = 'issueId' in target.to ? 'ann@example.com' : '#12 ann@example.com'
  return {
    text: `This ${kind} is now bound to ${house.chat.plain(target.name)}: \`add_contacts ${example}\` is enough.`,
    state: 'done',
  }
}

const nothing: Said = { text: '' }

/** Does something only the first time for a given name. @returns whether this was the first time */
const once = (house: ChatHouse, name: string, work: (tx: ChatHouse['db']) => Promise<unknown>): Promise<boolean> =>
  house.db.transaction(async (tx) => {
    if (!(await isFirstTime(tx, `${house.chat.via} ${name}`))) return false
    await work(tx)
    return true
  })

const notYours = (kind: string): Said => ({
  text: `This ${kind} is bound to something that you don't have permission to comment on. Ask someone who does.`,
  state: 'lacking',
})

/** A user who can't comment on something can't unbind it either. */
async function mayLoosen({ db }: ChatHouse, userId: number, { projectId }: { projectId: number }): Promise<boolean> {
  return (await projectFor(db, { userId }, projectId, 'comment')).value !== undefined
}

/** `unbind` */
export async function unbindPlace(house: ChatHouse, { person, place, kind, name }: Bound): Promise<Said> {
  const userId = await house.people.find(person)
  if (userId === undefined) return whoAreYou(house)
  const before = await findBinding(house.db, house.chat.via, [place])
  if (before && !(await mayLoosen(house, userId, before))) return notYours(kind)
  if (!(await once(house, name, (tx) => unbind(tx, house.chat.via, place)))) return nothing
  return { text: before ? `This ${kind} is no longer bound.` : `This ${kind} wasn't bound.`, state: 'done' }
}

// Users aren't told what they can't see, even if the channel is bound to it.
async function tellBinding(
  { db, chat }: ChatHouse,
  userId: number,
  binding: Parameters<typeof boundTo>[0] & { projectId: number },
  kind: string,
): Promise<string> {
  return (await projectFor(db, { userId }, binding.projectId)).value
    ? `This ${kind} is bound to ${chat.plain(boundTo(binding))}.`
    : `This ${kind} is bound to something that you don't have access to.`
}

interface Target {
  to: { issueId: number } | { projectId: number }
  name: string
}

async function targetOf(house: ChatHouse, userId: number, what: string, place: string): Promise<Target | undefined> {
  const named = issueNamed(what, house.publicUrl)
  if (!named) return projectOf(house, userId, what)
  const meant = await issueMeant(house, named, [place])
  const facts = 'on' in meant ? (await issueFor(house.db, { userId }, meant.on, 'comment')).value : undefined
  return facts && { to: { issueId: facts.issueId }, name: referenceOf(facts) }
}

async function projectOf({ db }: ChatHouse, userId: number, path: string): Promise<Target | undefined> {
  // Only valid references, so that no other text reaches the database.
  if (!parseReference(`${path}#1`)) return undefined
  const { value: project } = await projectFor(db, { userId }, path, 'comment')
  return project && { to: { projectId: project.id }, name: project.fullPath }
}
