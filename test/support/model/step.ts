// One step of a model test: a user does an operation; what comes of it is what the rules say, and the world is sound
// afterwards.
import fc from 'fast-check'
import { expect } from 'vitest'
import { readGroupFacts } from '../../../src/domain/groups/facts.ts'
import { readFacts } from '../../../src/domain/issues/issues.ts'
import type { Actor } from '../../../src/domain/rules/history.ts'
import { type Ability, can, type Standing } from '../../../src/domain/rules/permissions.ts'
import type { Result } from '../../../src/domain/rules/results.ts'
import type { Db } from '../../../src/storage/db.ts'
import { expectSound } from './invariants.ts'
import { type Photo, takePhoto } from './photo.ts'
import { rightsInGroup, rightsInOwnerGroup, rightsOnIssue, type Verdict } from './rules.ts'
import { one, people, which } from './seed.ts'

/** What is known of the world: how it looked after the last step. */
export interface Model {
  photo: Photo
}

/** What the steps of all runs came to. */
export interface Figures {
  steps: number
  verdicts: Record<string, number>
}

export interface Real {
  db: Db
  figures: Figures
}

export interface Step extends fc.AsyncCommand<Model, Real> {
  /** Does the operation while others do theirs; nobody knows what is to come of it. The answer is what did. */
  amongOthers(db: Db, photo: Photo): Promise<string>
}

export interface Operation<Given, Meant, Value> {
  name: string
  given: fc.Arbitrary<Given>
  /** What is meant as things stand; undefined: there is nothing of the kind, and nobody does anything. */
  choose(photo: Photo, given: Given): Meant | undefined
  /** What the rules say. */
  verdict(photo: Photo, userId: number, meant: Meant): Verdict
  act(db: Db, actor: Actor, meant: Meant): Promise<Result<Value>>
  /** Of which kind it is, for the figures. */
  kindOf?(photo: Photo, meant: Meant): string
  /** What must be true of the world afterwards, when it was done. */
  afterwards?(change: { before: Photo; after: Photo; meant: Meant; value: Value }): void
}

// Most are by people who may do a lot.
const actor = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.integer({ min: 2, max: people.length - 2 }) },
)

/** A step in which this operation is done by any user. */
export function stepsOf<Given, Meant, Value>(operation: Operation<Given, Meant, Value>): fc.Arbitrary<Step> {
  return fc.record({ who: actor, given: operation.given, watcher: which }).map(({ who, given, watcher }) => {
    let told = `${operation.name} ${JSON.stringify(given)}`
    return {
      check: () => true,
      async run(model: Model, { db, figures }: Real) {
        const before = model.photo
        const meant = operation.choose(before, given)
        if (meant === undefined) return
        const userId = one(before.users, who).id
        const expected = operation.verdict(before, userId, meant)
        told = `${people[who]}: ${operation.name} ${JSON.stringify(meant)}, which is to be: ${expected}`
        const result = await operation.act(db, { userId, via: 'model' }, meant)
        model.photo = await takePhoto(db)
        expect(result.refused?.why ?? 'done', result.refused?.reason).toBe(expected)
        if (result.refused) expect(model.photo, 'the world after a refusal').toEqual(before)
        else expectKept(before, model.photo)
        expectSound(model.photo)
        if (result.value !== undefined)
          operation.afterwards?.({ before, after: model.photo, meant, value: result.value })
        await expectSeen(db, model.photo, watcher)
        note(
          figures,
          [operation.name, expected, expected === 'done' ? (operation.kindOf?.(before, meant) ?? []) : []]
            .flat()
            .join(': '),
        )
      },
      async amongOthers(db: Db, photo: Photo) {
        const meant = operation.choose(photo, given)
        if (meant === undefined) return 'nothing'
        told = `${people[who]}: ${operation.name} ${JSON.stringify(meant)}`
        const { refused } = await operation.act(db, { userId: one(photo.users, who).id, via: 'model' }, meant)
        return `${operation.name}: ${refused?.why ?? 'done'}`
      },
      toString: () => told,
    }
  })
}

function note(figures: Figures, verdict: string): void {
  figures.steps++
  figures.verdicts[verdict] = (figures.verdicts[verdict] ?? 0) + 1
}

/** Whatever changed is in the history; where nothing changed there is nothing to tell. */
function expectKept(before: Photo, after: Photo): void {
  if (JSON.stringify(before) !== JSON.stringify(after))
    expect(after.history.length, 'rows of history').toBeGreaterThan(before.history.length)
}

/** What the program grants a user is what the table grants, for an issue and for a group. */
async function expectSeen(db: Db, photo: Photo, watcher: number): Promise<void> {
  const userId = one(photo.users, watcher).id
  const issue = one(photo.issues, watcher)
  const group = one(photo.groups, watcher)
  const onIssue = await readFacts(db, { id: issue.id }, userId)
  const inGroup = await readGroupFacts(db, group.id, userId)
  expectGranted(onIssue?.standing, rightsOnIssue(photo, userId, issue.id))
  expectGranted(inGroup?.standing, rightsInGroup(photo, userId, group.id))
  expectGranted(inGroup?.asOwnerGroup, rightsInOwnerGroup(photo, userId, group.id))
}

function expectGranted(standing: Standing | undefined, rights: Partial<Record<Ability, boolean>>): void {
  const granted = Object.keys(rights).map((ability) => [
    ability,
    standing !== undefined && can(standing, ability as Ability),
  ])
  expect(Object.fromEntries(granted), 'what a user may do').toEqual(rights)
}
