// The environment, read once, into typed settings. All faults are reported at once, by name.
import { isIP } from 'node:net'
import { z } from 'zod'

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be a whole number from ${least} to ${most}`)

const address = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    )

const addresses = (...protocols: string[]) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(address(...protocols)).min(1))

const hosts = z
  .string()
  .transform((text) =>
    text.split(',').map((part) =>
      part
        .trim()
        .replace(/^\[|\]$/g, '')
        .toLowerCase(),
    ),
  )
  .pipe(
    z.array(
      z
        .string()
        .regex(/^(?:[\w.-]+|[\da-f:.]+)$/, 'must be host names or addresses without ports, separated by commas'),
    ),
  )

const isRange = (text: string): boolean => {
  const [address = '', bits = '0', ...rest] = text.split('/')
  return (
    rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6]
  )
}

const proxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z.array(
      z
        .string()
        .refine(
          (part) => part === 'loopback' || isRange(part),
          'must be addresses or ranges, like 10.0.0.0/8, or loopback, separated by commas',
        ),
    ),
  )

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(3000),
  PUBLIC_URL: address('http:', 'https:')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  DATABASE_URL: address('postgres:', 'postgresql:').optional(),
  DATABASE_CONNECTIONS: whole(1, 1000).default(10),
  ROLOBOT_DATA: z.string().default('./data'),
  REDIS_URL: addresses('redis:', 'rediss:').optional(),
  ROLOBOT_SAMPLE: z.enum(['0', '1'], 'must be 0 or 1').default('1'),
  ROLOBOT_ADMIN_TOKEN: z.string().min(20, 'must be at least 20 characters long').optional(),
  WORK_CONCURRENCY: whole(1, 1000).default(50),
  WORK_ATTEMPTS: whole(1, 100).default(8),
  SWEEP_SECONDS: whole(1, 86_400).default(60),
  CONTACTS_PER_CHANGE: whole(1, 10_000).default(50),
  ALLOWED_PRIVATE_HOSTS: hosts.default([]),
  TRUSTED_PROXIES: proxies.default(['loopback']),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
})

/** A part of the environment that belongs to a connector. */
export interface SettingsPart {
  name: string
  settings: z.ZodObject
}

export type Configuration = z.output<typeof Environment> & {
  /** The settings of each enabled connector, by its name. */
  connectors: ReadonlyMap<string, unknown>
}

/** Settings that the program cannot start with: one line a fault, `NAME: what is wrong`. */
export class SettingsFault extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`These settings in the environment are wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

// Values are not repeated in the message: an address may hold a password.
const faultsOf = (error: z.ZodError) => error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)

/**
 * Reads the settings.
 * @param environment names and values; an empty value counts as none
 * @param parts of connectors: one without any setting is off
 * @throws SettingsFault naming every variable that is wrong
 */
export function readSettings(
  environment: Record<string, string | undefined> = process.env,
  parts: readonly SettingsPart[] = [],
): Configuration {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const on = parts.filter(({ settings }) => Object.keys(settings.shape).some((name) => name in given))
  const read = Environment.safeParse(given)
  const connectors = on.map(({ name, settings }) => [name, settings.safeParse(given)] as const)
  const faults = [read, ...connectors.map(([, part]) => part)].flatMap(({ error }) => (error ? faultsOf(error) : []))
  if (!read.success || faults.length > 0) throw new SettingsFault([...new Set(faults)])
  return { ...read.data, connectors: new Map(connectors.map(([name, { data }]) => [name, data])) }
}
