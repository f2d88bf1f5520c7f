// A Redis of one's own that can be flushed and killed without harm to others.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Redis } from 'ioredis'
import { atEnd } from '../service/at-end.ts'

const program = process.env.TEST_REDIS_SERVER ?? 'redis-server'

/** Can one be started here? If not, the reason is printed; with TEST_SERVICES=required it is a failure. */
export function lookForRedisServer(): boolean {
  if (process.env.TEST_SERVICES === 'none') return false
  if (spawnSync(program, ['--version']).status === 0) return true
  if (process.env.TEST_SERVICES === 'required')
    throw new Error(`${program} cannot be started, and TEST_SERVICES=required.`)
  console.log(`Not run: the stories in which Redis is killed, as ${program} cannot be started (TEST_REDIS_SERVER).`)
  return false
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface RedisServer {
  url: string
  /** Starts it, empty, and waits until it answers. */
  start(): Promise<void>
  /** Kills it on the spot. */
  kill(): Promise<void>
  flush(): Promise<void>
}

/** A running Redis on a port of its own, which keeps nothing. It ends with the test file. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const start = async () => {
    child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
    })
    await command(url, (redis) => redis.ping())
  }
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  atEnd(kill)
  await start()
  return { url, start, kill, flush: async () => void (await command(url, (redis) => redis.flushall())) }
}

async function command<Answer>(url: string, say: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  try {
    return await say(redis)
  } finally {
    redis.disconnect()
  }
}
