// Are Postgres and Redis at hand? Where they are not, the stories on them are left out, and the reason is printed.
import { connect } from 'node:net'

export const databaseUrl = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'
export const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

function answers(url: string, port: number): Promise<boolean> {
  const { hostname, port: given } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(given) || port, timeout: 1_000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })
}

/** Looks for both. With TEST_SERVICES=required their absence is a failure. */
export async function lookForServices(): Promise<boolean> {
  if (process.env.TEST_SERVICES === 'none') return false
  const [postgres, redis] = await Promise.all([answers(databaseUrl, 5432), answers(redisUrl, 6379)])
  if (postgres && redis) return true
  const lacking = [postgres ? '' : 'Postgres (TEST_DATABASE_URL)', redis ? '' : 'Redis (TEST_REDIS_URL)']
    .filter(Boolean)
    .join(' and ')
  if (process.env.TEST_SERVICES === 'required')
    throw new Error(`${lacking} cannot be reached, and TEST_SERVICES=required.`)
  console.log(`Not run: the stories on Postgres and Redis, as ${lacking} cannot be reached.`)
  return false
}
