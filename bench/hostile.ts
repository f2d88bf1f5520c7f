// Hostile requests: what each is answered, and how long another caller's quiet request takes meanwhile, beside its time
// in quiet.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { attack, hostileRequests } from './hostile-requests.ts'
import { figure, percentile, print } from './measure.ts'
import { start, startProgram } from './processes.ts'

const attackerProgram = fileURLToPath(new URL('attacker.ts', import.meta.url))
const token = `bench-${randomUUID()}`
const requests = 450
const pause = 5
// Quiet and attacked rounds alternate, so that what else the machine does falls on both.
const rounds = 4

/** How long each quiet request takes, in milliseconds. */
async function quietly(url: string): Promise<number[]> {
  const took: number[] = []
  for (let at = 0; at < requests; at++) {
    const begun = performance.now()
    await (await fetch(`${url}/api/v4/version`, { headers: { 'private-token': token } })).text()
    took.push(performance.now() - begun)
    await sleep(pause)
  }
  return took
}

async function row(url: string, name: string): Promise<string[]> {
  const make = hostileRequests[name] as (typeof hostileRequests)[string]
  const answers = [await attack(url, make(), token), await attack(url, make(), token), await attack(url, make(), token)]
  const [answer] = answers.sort((a, b) => a.ms - b.ms) as [(typeof answers)[number]]
  const quietTimes: number[] = []
  const attackedTimes: number[] = []
  for (let round = 0; round < rounds; round++) {
    quietTimes.push(...(await quietly(url)))
    const attacker = await startProgram(['--import', 'tsx', attackerProgram, url, name, token], {}, /attacking/)
    attackedTimes.push(...(await quietly(url)))
    await attacker.stop()
  }
  const quiet = percentile(quietTimes, 0.99)
  const attacked = percentile(attackedTimes, 0.99)
  const cells = [
    String(answer.status),
    `${answer.length} B`,
    figure(answer.ms, 'ms'),
    figure(quiet, 'ms'),
    figure(attacked, 'ms'),
  ]
  return [name, ...cells, (attacked / quiet).toFixed(2)]
}

/** Measures and prints. */
export async function benchHostile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rolobot-bench-'))
  const server = await start(
    'serve',
    { ROLOBOT_DATA: join(folder, 'data'), PORT: '0', ROLOBOT_ADMIN_TOKEN: token },
    /listening on .*\n.*\n.*\n/,
  )
  const url = /listening on (\S+)/.exec(server.said)?.[1] as string
  await quietly(url)
  const rows = []
  for (const name of Object.keys(hostileRequests)) rows.push(await row(url, name))
  await server.stop()
  await rm(folder, { recursive: true })
  print('Hostile requests, ten a second, beside a quiet caller', [
    ['', 'status', 'answer', 'takes', 'p99 quiet', 'p99 attacked', 'ratio'],
    ...rows,
  ])
}
