// Several people at once: whatever they do, it ends as if one had done it after the other, and the world is sound.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { actAsCrowd } from '../support/at-once/crowd.ts'
import { type OperationName, operations } from '../support/at-once/operations.ts'
import { allPairs, tellingPairs } from '../support/at-once/pairs.ts'
import { atOnceWorld, linger, makeSlow, tellOf, type World } from '../support/at-once/world.ts'
import { expectSound } from '../support/model/invariants.ts'
import { stepsWithIssues } from '../support/model/issues.ts'
import { stepsWithPlaces } from '../support/model/namespaces.ts'
import { stepsWithPeople } from '../support/model/people.ts'
import { takePhoto } from '../support/model/photo.ts'
import { plant, seed } from '../support/model/seed.ts'
import type { Step } from '../support/model/step.ts'
import { stepsWithTransfers } from '../support/model/transfers.ts'
import { unfinished } from '../support/processes/crowd.ts'
import { onServices } from '../support/service/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'

if (!onServices)
  process.stdout.write('Not run on the embedded database: people acting at once, as it has one connection.\n')

let [quick, slow, crowded] = [] as unknown as [RunningService, RunningService, RunningService]
beforeAll(async () => {
  if (!onServices) return
  quick = await startService()
  slow = await startService()
  crowded = await startService()
  await makeSlow(slow.db)
  await makeSlow(crowded.db)
})

const rounds = Number(process.env.TEST_RUNS ?? 2)

interface Ending {
  outcomes: Record<string, string>
  world: string[]
}

type Doing = (world: World, names: readonly OperationName[]) => Promise<string[]>

const inTurn: Doing = async (world, names) => {
  const outcomes: string[] = []
  for (const name of names) outcomes.push(await operations[name](world))
  return outcomes
}

/** On the slow database, where everybody comes into everybody's way. */
const atOnce: Doing = async (world, names) => {
  await linger(world.db, 0.02)
  const late = async (name: OperationName) => {
    await sleep(Math.random() * Math.random() * 40)
    return operations[name](world)
  }
  const outcomes = await Promise.all(names.map(late))
  await linger(world.db, 0)
  return outcomes
}

async function endingOf(service: RunningService, doing: Doing, names: readonly OperationName[]): Promise<Ending> {
  const world = await atOnceWorld(service)
  const outcomes = await doing(world, names)
  const named = names.map((name, at) => [name, outcomes[at] as string] as const)
  return { outcomes: Object.fromEntries(named.sort()), world: await tellOf(world) }
}

/**
 * What is different where two operations at once do not end as they do one after the other, in one order or the other.
 */
async function misfits(one: OperationName, other: OperationName): Promise<object[]> {
  const inTurns = [await endingOf(quick, inTurn, [one, other]), await endingOf(quick, inTurn, [other, one])] as const
  const found: object[] = []
  for (let round = 0; round < rounds; round++) {
    const { outcomes, world } = await endingOf(slow, atOnce, [one, other])
    const lines = ({ outcomes, world }: Ending) => [
      ...Object.entries(outcomes).map(([operation, outcome]) => `${operation}: ${outcome}`),
      ...world,
    ]
    const is = lines({ outcomes, world })
    const differences = inTurns.map((ending) => [
      ...without(is, lines(ending)).map((line) => `there is: ${line}`),
      ...without(lines(ending), is).map((line) => `there should be: ${line}`),
    ])
    if (differences.every(({ length }) => length > 0))
      found.push({ [`${one}, then: ${other}`]: differences[0], [`${other}, then: ${one}`]: differences[1] })
  }
  return found
}

/** The lines that are more often in one list than in another. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

describe.skipIf(!onServices)('two at once end as one after the other', () => {
  const pairs = process.env.TEST_PAIRS === 'all' ? allPairs : tellingPairs
  test.each(pairs)(
    '%s, and another user %s',
    async (one, other) => expect(await misfits(one, other)).toEqual([]),
    30_000 + rounds * 5_000,
  )

  test('and all is sound', async () => expectSound(await takePhoto(slow.db)))
})

const random = Number(process.env.TEST_SEED ?? 1_408)

describe.skipIf(!onServices)('many at once', () => {
  const steps = fc.oneof<fc.Arbitrary<Step>[]>(
    ...stepsWithPlaces,
    ...stepsWithPeople,
    ...stepsWithIssues,
    ...stepsWithTransfers,
  )
  const worlds = fc.sample(seed, { numRuns: 2 * rounds, seed: random })

  test.each(worlds.map((given, at) => [at, given] as const))(
    'nothing breaks, and all is sound (world %i)',
    async (at, given) => {
      await plant(crowded.db, given)
      await linger(crowded.db, 0.01)
      const { figures, faults } = await actAsCrowd(crowded, {
        steps,
        howMany: 2 + ((3 * at) % 7),
        seconds: 3,
        seed: random + 100 * at,
      })
      await linger(crowded.db, 0)
      if (process.env.TEST_FIGURES) process.stdout.write(`${JSON.stringify(figures)}\n`)
      expect(faults).toEqual([])
      await expect.poll(() => unfinished(crowded.db), { timeout: 20_000 }).toBe(0)
      expectSound(await takePhoto(crowded.db))
      expect(figures.steps).toBeGreaterThan(20)
    },
    60_000,
  )
})
