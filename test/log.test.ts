// What is logged: a line of JSON an event, or plain text for people at a terminal.
import { expect, test } from 'vitest'
import { asText, openLog } from '../src/log.ts'

function logged(write: (log: ReturnType<typeof openLog>) => void): string {
  let line = ''
  write(openLog('info', { write: (text) => (line = text) }))
  return line
}

test('a line of JSON has the time, the level, and of a fault its innermost reason', () => {
  const fault = new Error('Failed query: insert … params: ann@x.io', {
    cause: Object.assign(new Error('away'), { code: 'ECONNREFUSED' }),
  })
  const line = logged((log) => log.warn({ fault, attempt: 2 }, 'not ready'))
  expect(JSON.parse(line)).toMatchObject({
    level: 40,
    attempt: 2,
    msg: 'not ready',
    fault: { reason: 'away', code: 'ECONNREFUSED' },
  })
  expect(line).not.toContain('ann@x.io')
})

test.each<[(log: ReturnType<typeof openLog>) => void, RegExp]>([
  [(log) => log.info('ready'), /^\d\d:\d\d:\d\d INFO ready\n$/],
  [(log) => log.info({ pushed: 3, of: 'x', list: [1] }, 'swept'), /^\S+ INFO swept \(pushed=3, of=x, list=\[1\]\)\n$/],
  [(log) => log.error({ fault: new Error('away') }, 'not ready'), /^\S+ ERROR not ready: away\n {2}at /],
  [(log) => log.warn({ fault: new Error('away') }), /^\S+ WARN away\n/],
  [(log) => log.warn({ fault: 'odd' }, 'not ready'), /^\S+ WARN not ready: odd\n$/],
])('as text: %#', (write, expected) => {
  expect(asText(logged(write))).toMatch(expected)
})
