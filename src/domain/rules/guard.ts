// The guard: what is absent or not visible gets the same answer; what is visible but not permitted is told why.
import { type Ability, can, type Standing } from './permissions.ts'
import { done, forbidden, notFound, type Result } from './results.ts'

/** The caller; null is a visitor. */
export interface Caller {
  userId: number | null
}

/** What is guarded: its name in refusals, and the ability to see it. */
interface Guarded {
  what: string
  see: Ability
}

/**
 * @param facts what is known about it for one user; undefined: it doesn't exist
 * @returns the facts, if the user has the ability; otherwise `not found`, or `forbidden` for a user who can see it
 */
export function guard<Facts extends { standing: Standing }>(
  { what, see }: Guarded,
  facts: Facts | undefined,
  ability: Ability = see,
): Result<Facts> {
  if (!facts || !can(facts.standing, see)) return notFound(what)
  return permit(facts, facts.standing, ability)
}

/** The value, for a user who can see it: `forbidden` if they don't have the ability. */
export const permit = <Value>(value: Value, standing: Standing, ability: Ability): Result<Value> =>
  can(standing, ability) ? done(value) : forbidden(ability)

/**
 * What is to move, and its destination, if the caller can move it there.
 * @param levelAt the caller's level at the destination
 * @param find looked up only for a caller who can see what is to move
 */
export async function permitMove<Moving extends { standing: Standing }, To>(
  ability: Ability,
  moving: Result<Moving>,
  find: () => Promise<Result<To>>,
  levelAt: (to: To) => number | undefined,
): Promise<Result<{ moving: Moving; to: To }>> {
  if (moving.refused) return moving
  const { value: to, refused } = await find()
  if (refused) return { refused }
  return permit(
    { moving: moving.value, to: to as To },
    { ...moving.value.standing, destination: levelAt(to as To) },
    ability,
  )
}

/**
 * Checks, locks, and checks again. Without the first check, callers would wait for locks on what they can't see, and
 * learn that it exists.
 * @param check gets what the first check found
 */
export async function checkTwice<Value>(
  check: (found?: Value) => Promise<Result<Value>>,
  lock: (found: Value) => Promise<unknown>,
): Promise<Result<Value>> {
  const first = await check()
  if (first.refused) return first
  await lock(first.value)
  return check(first.value)
}
