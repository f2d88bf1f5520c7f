// A program of its own: sends one kind of hostile request ten times a second, until it is stopped.
import { setTimeout as sleep } from 'node:timers/promises'
import { attack, hostileRequests } from './hostile-requests.ts'

const [url = '', name = '', token = ''] = process.argv.slice(2)
const make = hostileRequests[name]
if (!make) throw new Error(`there is no hostile request ${name}`)
console.log('attacking')
for (;;) {
  await attack(url, make(), token)
  await sleep(100)
}
