// Where requests to addresses from outside are sent, and where not.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ForbiddenAddress, isPrivate, openPostJson } from '../../src/connectors/outgoing.ts'

const came: string[] = []
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  came.push(request.url ?? '')
  if (request.url === '/long') return void response.end('x'.repeat(1024 * 1024))
  if (request.url === '/silent') return
  response
    .writeHead(request.url === '/away' ? 302 : 200, { location: '/elsewhere', 'retry-after': '7' })
    .end('{"ok":true}')
})
let port = 0
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const anywhere = { expects: () => true, privateHosts: [] }
const here = { expects: () => true, privateHosts: ['127.0.0.1', 'localhost'] }
const at = (path: string, host = '127.0.0.1') => `http://${host}:${port}${path}`

test('an allowed host is reached, whatever network it is in', async () => {
  for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST'])
    expect(await openPostJson(here)(at('/', host), {}, 5_000)).toMatchObject({ status: 200, text: '{"ok":true}' })
})

test('a redirect is an answer like any other: it is not followed', async () => {
  came.length = 0
  expect(await openPostJson(here)(at('/away'), {}, 5_000)).toMatchObject({ status: 302 })
  expect(came).toEqual(['/away'])
})

test('a long answer is read in part, and none is not waited for', async () => {
  expect((await openPostJson(here)(at('/long'), {}, 5_000)).text.length).toBeLessThan(256 * 1024)
  await expect(openPostJson(here)(at('/silent'), {}, 50)).rejects.toThrow()
})

describe('nothing is sent', () => {
  test.each(['127.0.0.1', 'localhost', '127.1', '0x7f000001', '2130706433', '0', '[::ffff:127.0.0.1]'])(
    'to %s, on loopback',
    async (host) => {
      came.length = 0
      await expect(openPostJson(anywhere)(at('/', host), {}, 5_000)).rejects.toBeInstanceOf(ForbiddenAddress)
      expect(came).toEqual([])
    },
  )

  test('where it is not expected, nor to what is no web address', async () => {
    const post = openPostJson({ ...here, expects: ({ host }) => host === 'hooks.slack.com' })
    for (const address of [at('/'), 'file:///etc/passwd', 'ftp://hooks.slack.com/', 'hooks.slack.com', '', 'http://'])
      await expect(post(address, {}, 5_000)).rejects.toBeInstanceOf(ForbiddenAddress)
    expect(came).not.toContain('/etc/passwd')
  })
})

test.each([
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::', true],
  ['::1', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::a00:1', true],
  ['2002:a00:1::', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['2606:4700::1', false],
])('%s: private %s', (address, expected) => expect(isPrivate(address)).toBe(expected))
