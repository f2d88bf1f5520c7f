// Work in rounds: together when it is busy, alone when something fails.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { untilFinished } from '../../src/pipeline/rounds.ts'

/** Rounds that take a moment, and remember who was in them. */
function remembering(work: (ids: readonly number[]) => readonly number[] = (ids) => ids) {
  const rounds: number[][] = []
  const round = async (ids: readonly number[]) => {
    rounds.push([...ids])
    await pause(5)
    return work(ids)
  }
  return { rounds, round }
}

test('what comes while a round is under way makes up the next one, at most so many', async () => {
  const { rounds, round } = remembering()
  const ask = untilFinished(round, 3)
  await Promise.all([1, 2, 3, 4, 5].map(ask))
  expect(rounds).toEqual([[1], [2, 3, 4], [5]])
})

test('who is not finished is in the next round again', async () => {
  const left = new Set([8])
  const { rounds, round } = remembering((ids) => ids.filter((id) => !left.delete(id)))
  const ask = untilFinished(round, 10)
  await Promise.all([7, 8, 9].map(ask))
  expect(rounds).toEqual([[7], [8, 9], [8]])
})

test('the same id asked twice is worked on once', async () => {
  const { rounds, round } = remembering()
  const ask = untilFinished(round, 10)
  await Promise.all([ask(1), ask(2), ask(2)])
  expect(rounds).toEqual([[1], [2]])
})

test('one that fails does not spoil the others, and the next call tries it anew', async () => {
  let broken = true
  const { rounds, round } = remembering((ids) => {
    if (broken && ids.includes(3)) throw new Error('three is broken')
    return ids
  })
  const ask = untilFinished(round, 10)
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(ask))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(rounds).toEqual([[1], [2, 3, 4], [2], [3], [4]])
  broken = false
  await expect(ask(3)).resolves.toBeUndefined()
})
