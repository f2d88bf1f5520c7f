// Password hashes: scrypt, off the main thread, a few at a time, as each takes 128 MiB of memory and a second of a
// processor.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** Hashes passwords and compares them. Each returns undefined if too many others are waiting. */
export interface Hasher {
  hash(password: string): Promise<string | undefined>
  /** @param stored undefined: there is no password to compare with; it takes the same time and is false */
  matches(password: string, stored: string | undefined): Promise<boolean | undefined>
  /** Was this hash made with other parameters than today's? Then it is replaced when its user signs in. */
  isOutdated(stored: string): boolean
}

/** What a hash costs. */
export interface Cost {
  /** The logarithm of N, the cost in processor time and memory. */
  ln: number
  r: number
  p: number
}

// cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
const today: Cost = { ln: 17, r: 8, p: 1 }
const saltLength = 16
const hashLength = 32

// Two leave half of Node's threads to everything else. nodejs.org/api/cli.html#uv_threadpool_sizesize
const atOnce = 2
const mostWaiting = 16

/**
 * Opens the process's only hasher: the limit on hashes at a time holds for all who share it.
 * @param cost of new hashes
 */
export function openHasher(cost = today): Hasher {
  const take = openGate()
  const nobodys = written(cost, randomBytes(saltLength), randomBytes(hashLength))
  return {
    hash: (password) =>
      take(async () => {
        const salt = randomBytes(saltLength)
        return written(cost, salt, await derive(password, salt, cost))
      }),
    matches: (password, stored = nobodys) =>
      take(async () => {
        const { salt, hash, ...cost } = read(stored)
        return timingSafeEqual(await derive(password, salt, cost), hash)
      }),
    isOutdated(stored) {
      const { ln, r, p } = read(stored)
      return ln !== cost.ln || r !== cost.r || p !== cost.p
    },
  }
}

/** Runs some work at a time and lets some wait for their turn; undefined for any more. */
function openGate() {
  let running = 0
  const waiting: (() => void)[] = []
  return async <Value>(work: () => Promise<Value>): Promise<Value | undefined> => {
    if (running < atOnce) running++
    else if (waiting.length < mostWaiting) await new Promise<void>((resolve) => waiting.push(resolve))
    else return undefined
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

function derive(password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** ln
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
  return new Promise((resolve, reject) =>
    scrypt(password, salt, hashLength, options, (fault, key) => (fault ? reject(fault) : resolve(key))),
  )
}

// github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
const written = ({ ln, r, p }: Cost, salt: Buffer, hash: Buffer): string =>
  `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${hash.toString('base64')}`

function read(stored: string): Cost & { salt: Buffer; hash: Buffer } {
  const [, , costs = '', salt = '', hash = ''] = stored.split('$')
  const [ln = 0, r = 0, p = 0] = costs.split(',').map((one) => Number(one.split('=')[1]))
  return { ln, r, p, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}
