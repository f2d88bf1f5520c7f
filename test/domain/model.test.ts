// What holds of every world, however it came about: random people do random operations in random trees of groups, and
// each operation does what the rules say.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/storage/db.ts'
import { expectSound } from '../support/model/invariants.ts'
import { stepsWithIssues } from '../support/model/issues.ts'
import { stepsWithPlaces } from '../support/model/namespaces.ts'
import { stepsWithPeople } from '../support/model/people.ts'
import { plant, seed } from '../support/model/seed.ts'
import type { Figures, Step } from '../support/model/step.ts'
import { stepsWithTransfers } from '../support/model/transfers.ts'
import { freshDatabase } from '../support/service/db.ts'

const steps: fc.Arbitrary<Step>[] = [...stepsWithPlaces, ...stepsWithPeople, ...stepsWithIssues, ...stepsWithTransfers]

const runs = Number(process.env.TEST_RUNS ?? 30)
const random = Number(process.env.TEST_SEED ?? 1_408)
// Time to look for the shortest way to a fault, too.
const longest = 60_000 + runs * 4_000

let database: Database
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.close())

test(
  'whatever people do: links stay within the contact source, nothing is lost, and nobody does what the table denies',
  async () => {
    const figures: Figures = { steps: 0, verdicts: {} }
    await fc.assert(
      fc.asyncProperty(seed, fc.commands(steps, { maxCommands: 30, size: 'max' }), async (given, wanted) => {
        const photo = await plant(database.db, given)
        expectSound(photo)
        await fc.asyncModelRun(() => ({ model: { photo }, real: { db: database.db, figures } }), wanted)
      }),
      { numRuns: runs, seed: random, interruptAfterTimeLimit: longest - 5_000 },
    )
    if (process.env.TEST_FIGURES) process.stdout.write(`${JSON.stringify(figures, null, 1).replaceAll('"', '')}\n`)
    expect(figures.steps).toBeGreaterThan(runs * 5)
  },
  longest,
)
