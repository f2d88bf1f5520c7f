// Waiting for a limited time: what comes in time, what is late, and what fails.
import { expect, test, vi } from 'vitest'
import { withTimeout } from '../src/timeout.ts'

const never = new Promise<string>(() => {})
const longTime = 60_000

test('what comes in time is the result, and no timer is left', async () => {
  vi.useFakeTimers()
  expect(await withTimeout(Promise.resolve('done'), longTime, () => 'late')).toBe('done')
  await expect(withTimeout(Promise.reject(new Error('failed')), longTime, () => 'late')).rejects.toThrow('failed')
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('what is late is said by the caller, as a value or an error', async () => {
  expect(await withTimeout(never, 1, () => 'late')).toBe('late')
  const fail = () => {
    throw new Error('no answer')
  }
  await expect(withTimeout(never, 1, fail)).rejects.toThrow('no answer')
})

test('what fails later is not an unhandled rejection', async () => {
  let fail = (_: Error) => {}
  const work = new Promise<string>((_, reject) => {
    fail = reject
  })
  expect(await withTimeout(work, 1, () => 'late')).toBe('late')
  fail(new Error('too late'))
  await expect(work).rejects.toThrow('too late')
})
