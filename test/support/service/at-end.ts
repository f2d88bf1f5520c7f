// What a test opens is closed after it; what a hook opens, after the file's last test: vitest knows no `afterAll` that
// is called in a hook.
import { onTestFinished, TestRunner } from 'vitest'

type Close = () => unknown

const open: Close[] = []

/**
 * Has something closed after the running test, or after the file's last one where none is running; what was opened last
 * is closed first.
 */
export function atEnd(close: Close): void {
  if (TestRunner.getCurrentTest()) onTestFinished(async () => void (await close()))
  else open.push(close)
}

/** Closes everything, and numbers start at one again. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close()
  for (const counter of counters) counter.count = 0
}

const counters: { count: number }[] = []

/** Gives numbers that are each given once in a test file: 1, 2, 3 … */
export function numbering(): () => number {
  const counter = { count: 0 }
  counters.push(counter)
  return () => ++counter.count
}
