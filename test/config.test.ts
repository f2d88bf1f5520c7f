// The environment → settings: what is taken, what is refused and under which name, and that no value is told.
import { describe, expect, test } from 'vitest'
import { readSettings, SettingsFault } from '../src/config.ts'

type Environment = Record<string, string | undefined>

function faultsOf(environment: Environment): readonly string[] {
  try {
    readSettings(environment)
  } catch (fault) {
    expect(fault).toBeInstanceOf(SettingsFault)
    return (fault as SettingsFault).faults
  }
  return []
}

test('nothing is needed: everything has a sensible value', () => {
  expect(readSettings({})).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    ROLOBOT_DATA: './data',
    ROLOBOT_SAMPLE: '1',
    CONTACTS_PER_CHANGE: 50,
    LOG_LEVEL: 'info',
  })
  expect(readSettings({}).DATABASE_URL).toBeUndefined()
  expect(readSettings({}).REDIS_URL).toBeUndefined()
})

test('hosts in private networks are names or addresses', () => {
  expect(readSettings({}).ALLOWED_PRIVATE_HOSTS).toEqual([])
  expect(readSettings({ ALLOWED_PRIVATE_HOSTS: 'Git.lan, 10.0.0.7,[::1]' }).ALLOWED_PRIVATE_HOSTS).toEqual([
    'git.lan',
    '10.0.0.7',
    '::1',
  ])
  for (const wrong of ['http://git.lan', 'git.lan:3000', 'a,,b', 'a b'])
    expect(faultsOf({ ALLOWED_PRIVATE_HOSTS: wrong })).toEqual([
      'ALLOWED_PRIVATE_HOSTS: must be host names or addresses without ports, separated by commas',
    ])
})

test('trusted proxies are addresses, ranges, or loopback', () => {
  expect(readSettings({}).TRUSTED_PROXIES).toEqual(['loopback'])
  const listed = [
    'loopback',
    '10.0.0.0/8',
    '203.0.113.7',
    '0.0.0.0/0',
    '192.0.2.1/32',
    'fd00::/8',
    '::1',
    '2001:db8::1/128',
  ]
  for (const separator of [',', ' , '])
    expect(readSettings({ TRUSTED_PROXIES: listed.join(separator) }).TRUSTED_PROXIES).toEqual(listed)
})

test.each([
  'proxy.example',
  'Loopback',
  'true',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/8.0',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.1:80',
  'fd00::/129',
  '[::1]',
  '/8',
  '10.0.0.0 /8',
  '10.0.0.1 10.0.0.2',
  '10.0.0.1,',
  'loopback,10.0.0.0/99',
])('%j is no list of trusted proxies', (wrong) => {
  expect(faultsOf({ TRUSTED_PROXIES: wrong })).toEqual([
    'TRUSTED_PROXIES: must be addresses or ranges, like 10.0.0.0/8, or loopback, separated by commas',
  ])
})

test('what is empty or blank counts as not set, and what is not ours is nobody’s business', () => {
  expect(
    readSettings({ PORT: '', DATABASE_URL: ' ', REDIS_URL: '\t', LOG_LEVEL: undefined, PATH: 'x', ROLOBOT: 'y' }),
  ).toEqual(readSettings({}))
})

describe('taken', () => {
  test.each([
    ['PORT', '0', 0],
    ['PORT', '65535', 65_535],
    ['PORT', '08080', 8080],
    ['HOST', '::1', '::1'],
    ['PUBLIC_URL', 'https://crm.example/', 'https://crm.example'],
    ['PUBLIC_URL', 'http://localhost:3000/rolobot//', 'http://localhost:3000/rolobot'],
    ['DATABASE_URL', 'postgres://u:p%40ss@db:5432/x?sslmode=require', 'postgres://u:p%40ss@db:5432/x?sslmode=require'],
    ['DATABASE_URL', 'postgresql://db/x', 'postgresql://db/x'],
    ['REDIS_URL', 'redis://r:6379/2', ['redis://r:6379/2']],
    ['REDIS_URL', 'rediss://a, rediss://b ,rediss://c', ['rediss://a', 'rediss://b', 'rediss://c']],
    ['ROLOBOT_DATA', '/srv/with blank', '/srv/with blank'],
    ['ROLOBOT_SAMPLE', '0', '0'],
    ['ROLOBOT_ADMIN_TOKEN', 'x'.repeat(20), 'x'.repeat(20)],
    ['WORK_CONCURRENCY', '1', 1],
    ['WORK_ATTEMPTS', '100', 100],
    ['SWEEP_SECONDS', '86400', 86_400],
    ['CONTACTS_PER_CHANGE', '10000', 10_000],
    ['DATABASE_CONNECTIONS', '1', 1],
    ['LOG_LEVEL', 'silent', 'silent'],
  ] as [string, string, unknown][])('%s=%s', (name, value, expected) => {
    expect(readSettings({ [name]: value })).toMatchObject({ [name]: expected })
  })
})

describe('refused', () => {
  test.each([
    ['PORT', '-1', '65536', '80.5', '1e3', '0x50', 'abc', ' 80 80', '99999999999999999999'],
    ['PUBLIC_URL', 'crm.example', 'ftp://crm.example', 'javascript:alert(1)', 'https://'],
    ['DATABASE_URL', 'mysql://db/x', 'db', 'http://db', '/run/postgres'],
    ['DATABASE_CONNECTIONS', '0', '1001', 'ten'],
    ['REDIS_URL', 'http://r', 'redis', 'redis://a,http://b', 'redis://a,', ','],
    ['ROLOBOT_SAMPLE', 'yes', 'false', '2'],
    ['ROLOBOT_ADMIN_TOKEN', 'secret', 'x'.repeat(19)],
    ['WORK_CONCURRENCY', '0', '-5', '1001'],
    ['WORK_ATTEMPTS', '0', '101'],
    ['SWEEP_SECONDS', '0', '86401', '0.5'],
    ['CONTACTS_PER_CHANGE', '0', '10001'],
    ['LOG_LEVEL', 'INFO', 'loud'],
  ])('%s', (name, ...values) => {
    for (const value of values) {
      const faults = faultsOf({ [name]: value })
      expect(faults, `${name}=${value}`).toHaveLength(1)
      expect(faults[0]).toMatch(new RegExp(`^${name}: must be [^\\n]+$`))
    }
  })
})

test('every fault is told at once, by name, and what is right beside it does not help', () => {
  const environment = {
    PORT: 'x',
    LOG_LEVEL: 'x',
    SWEEP_SECONDS: 'x',
    DATABASE_URL: 'x',
    REDIS_URL: 'x',
    HOST: '127.0.0.1',
  }
  const names = faultsOf(environment).map((fault) => fault.split(':')[0])
  expect(names.sort()).toEqual(['DATABASE_URL', 'LOG_LEVEL', 'PORT', 'REDIS_URL', 'SWEEP_SECONDS'])
})

test('several faults of one list are one', () => {
  expect(faultsOf({ REDIS_URL: 'a,b,c' })).toHaveLength(1)
})

test('no value is told: it may be a secret', () => {
  const secret = 'hush-5f2d'
  const names = [
    'PORT',
    'PUBLIC_URL',
    'DATABASE_URL',
    'REDIS_URL',
    'ROLOBOT_SAMPLE',
    'ROLOBOT_ADMIN_TOKEN',
    'WORK_CONCURRENCY',
    'LOG_LEVEL',
  ]
  const environment = Object.fromEntries(names.map((name) => [name, secret]))
  try {
    readSettings({ ...environment, DATABASE_URL: `mysql://root:${secret}@db/x` })
    expect.unreachable()
  } catch (fault) {
    expect((fault as Error).message.split('\n')).toHaveLength(names.length + 1)
    expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain(secret)
  }
})
