// How things are measured and printed.
import { performance } from 'node:perf_hooks'

/** The median of some repetitions, in milliseconds. */
export function medianOf(repetitions: number, work: () => unknown): number {
  const times = Array.from({ length: repetitions }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return percentile(times, 0.5)
}

/** The value below which that share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** How many times a second something can be done, `at once` of it under way, over some seconds. */
export async function rateOf(seconds: number, atOnce: number, work: (at: number) => Promise<unknown>): Promise<number> {
  let done = 0
  const start = performance.now()
  const until = start + seconds * 1000
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (performance.now() < until) {
        await work(done)
        done++
      }
    }),
  )
  return done / ((performance.now() - start) / 1000)
}

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

export const figure = (value: number, unit: string): string => `${number.format(value)} ${unit}`

/** Prints a table: what was measured, what came out, the bare limit beside it, and their ratio. */
export function print(title: string, rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  console.log(`\n${title}`)
  for (const row of rows)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
