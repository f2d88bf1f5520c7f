// The logger. Events go to standard error, so that standard output stays for people: one line of JSON each, or plain
// text on a terminal.
import { type DestinationStream, type Logger, pino } from 'pino'
import { describeFault } from './faults.ts'

export type Log = Logger

/**
 * An event as people read it: `15:04:05 WARN Redis: connect ECONNREFUSED (attempt=2)`, and below it where the fault
 * happened.
 */
export function asText(line: string): string {
  const { level, time, msg = '', fault, ...rest } = JSON.parse(line)
  const { reason, at = [] }: { reason?: string; at?: readonly string[] } = fault ?? {}
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const head = `${time.slice(11, 19)} ${pino.levels.labels[level]?.toUpperCase()} ${[msg, reason].filter(Boolean).join(': ')}`
  return `${[details.length > 0 ? `${head} (${details.join(', ')})` : head, ...at.map((frame) => `  ${frame}`)].join('\n')}\n`
}

const standardError = (): DestinationStream =>
  process.stderr.isTTY
    ? { write: (line) => process.stderr.write(asText(line)) }
    : pino.destination({ dest: 2, sync: false })

/** A logger of the given level. Pass an error as `fault`. Secrets that travel in headers never reach it. */
export const openLog = (level: string, destination: DestinationStream = standardError()): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Libraries log what failed as `err` or `error`.
      serializers: { fault: describeFault, err: describeFault, error: describeFault },
      redact: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["private-token"]'],
    },
    destination,
  )

/**
 * Ends the process with code 1 on a fault that nothing caught, as Node would. But Node prints the error with all its
 * fields, which may hold customers' data.
 */
export function endOnFaults(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (fault: unknown) => {
      log.fatal({ fault }, 'the process ends on a fault that nothing caught')
      const end = () => process.exit(1)
      log.flush(end)
      setTimeout(end, longestFlush)
    })
}

const longestFlush = 2_000
