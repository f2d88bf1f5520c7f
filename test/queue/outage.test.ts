// An outage in the log: told once, then once a minute, and when it is over.
import { expect, test } from 'vitest'
import { openLog } from '../../src/log.ts'
import { reportsOutages } from '../../src/queue/outage.ts'

test('an hour of failures several times a second is an hour of lines, one a minute, and a last one', () => {
  const lines: string[] = []
  let now = 0
  const log = openLog('info', { write: (line) => void lines.push(JSON.parse(line).msg) })
  const { failed, works } = reportsOutages(log, 'Redis', () => now)
  works()
  expect(lines).toEqual([])
  for (; now < 3_600_000; now += 200) failed(new Error('connect ECONNREFUSED'))
  expect(lines).toEqual(Array(60).fill("Can't reach Redis, retrying"))
  works()
  works()
  expect(lines.slice(60)).toEqual(['Redis is back'])
  failed(new Error('connect ECONNREFUSED'))
  expect(lines).toHaveLength(62)
})
