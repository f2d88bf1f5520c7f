// The logger: one line of JSON an event, on standard error, so that standard output stays for people.
import { type Logger, pino } from 'pino'

export type Log = Logger

/** A logger of the given level. Secrets that travel in headers and addresses never reach it. */
export const openLog = (level: string): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["private-token"]'],
    },
    pino.destination({ dest: 2, sync: false }),
  )
