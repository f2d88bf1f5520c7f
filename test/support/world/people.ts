// People who hold roles in the places of a tree, and what their roles count for. Knows nothing of the program's own
// rules.
import { sql } from 'drizzle-orm'
import type { Role } from '../../../src/domain/rules/permissions.ts'
import type { Db } from '../../../src/storage/db.ts'
import type { Tree } from './tree.ts'

/** From the least to the highest. */
export const ladder: readonly Role[] = ['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner']

export interface Person {
  /** `planner in acme and guest in other`. */
  name: string
  /** null: a visitor without an account. */
  userId: number | null
  administrator: boolean
  roles: Readonly<Record<string, Role>>
}

/** `acme` is above `acme/support`, which is above the project `acme/support:shop`. */
const isIn = (place: string, above: string): boolean =>
  place === above || place.startsWith(`${above}/`) || place.startsWith(`${above}:`)

const isAtLeast = (role: Role, least: Role): boolean => ladder.indexOf(role) >= ladder.indexOf(least)

/**
 * Has a person the roles that are needed? A role holds in everything below the place where it was given.
 * @param needs `planner in source, planner in project`, or `everyone`
 * @param where the places that `source`, `project` … stand for
 */
export function has(person: Person, needs: string, where: Readonly<Record<string, string>>): boolean {
  if (person.administrator || needs === 'everyone') return true
  return needs.split(', ').every((need) => {
    const [least, name] = need.split(' in ') as [Role, string]
    const place = where[name]
    if (place === undefined || !ladder.includes(least)) throw new Error(`nobody can be ${need}`)
    return Object.entries(person.roles).some(([above, role]) => isIn(place, above) && isAtLeast(role, least))
  })
}

const saying = (roles: Readonly<Record<string, Role>>) =>
  Object.entries(roles)
    .map(([place, role]) => `${role} in ${place}`)
    .join(' and ')

/** A user with roles in places of a tree. */
export async function userWith(t: Tree, roles: Readonly<Record<string, Role>>): Promise<Person> {
  const name = saying(roles) || 'member of nothing'
  return { name, userId: (await t.person(name, roles)).userId, administrator: false, roles }
}

/** For each of the places a user in each role. */
export async function inEveryRole(t: Tree, places: readonly string[]): Promise<Person[]> {
  const people: Person[] = []
  for (const place of places) for (const role of ladder) people.push(await userWith(t, { [place]: role }))
  return people
}

/** For each pair of roles a user who holds one here and the other there. */
export async function inBoth(t: Tree, here: string, there: string, roles = ladder): Promise<Person[]> {
  const people: Person[] = []
  for (const one of roles) for (const other of roles) people.push(await userWith(t, { [here]: one, [there]: other }))
  return people
}

/**
 * Who has rights, or none, without a role: a member of nothing, an administrator, and people who are blocked although
 * they had everything.
 */
export async function withoutRole(db: Db, t: Tree, places: readonly string[]): Promise<Person[]> {
  const nothing = { administrator: false, roles: {} }
  const administrator = await t.administrator()
  const owner = await t.person('blocked owner', Object.fromEntries(places.map((place) => [place, 'owner' as const])))
  const blocked = await t.person('blocked administrator')
  await db.execute(sql`update users set blocked = true where id in (${owner.userId}, ${blocked.userId})`)
  await db.execute(sql`update users set administrator = true where id = ${blocked.userId}`)
  return [
    await userWith(t, {}),
    { name: 'administrator', userId: administrator.userId, administrator: true, roles: {} },
    { name: 'blocked owner of everything', userId: owner.userId, ...nothing },
    { name: 'blocked administrator', userId: blocked.userId, ...nothing },
  ]
}

export const visitor: Person = { name: 'visitor', userId: null, administrator: false, roles: {} }
