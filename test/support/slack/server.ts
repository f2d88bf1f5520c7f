// A Slack on loopback: it keeps state, checks what it gets, and refuses what the real one refuses.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from '../service/at-end.ts'
import { type Api, allScopes, answerCall, argumentsOf, bearer } from './api.ts'
import { createFaults, type Verdict, verdictOf } from './faults.ts'
import { type App, createOAuth } from './oauth.ts'
import { Refusal } from './refusal.ts'
import { expireAll, takeResponse } from './response-urls.ts'
import { shownMessage } from './shown.ts'
import { createSockets } from './sockets.ts'
import { topView } from './views.ts'
import {
  addChannel,
  addUser,
  type ChannelOptions,
  createWorld,
  directChannel,
  idOf,
  type Json,
  newId,
  type SlackMessage,
  type SlackTeam,
  type SlackUser,
  secret,
} from './world.ts'

/** One call of the Web API, or of a response URL, and what came of it. */
export interface Call {
  method: string
  body: Json
  token?: string
  status: number
  answer: Json
}

export type FakeSlack = Awaited<ReturnType<typeof startSlack>>

/** Starts a Slack; it ends with the test or the test file. */
export async function startSlack() {
  const world = createWorld()
  const [botToken, appToken] = [`xoxb-${secret()}`, `xapp-1-${world.bot.appId}-${secret()}`]
  const tokens: Api['tokens'] = new Map([
    [botToken, { kind: 'bot', team: world.team }],
    [appToken, { kind: 'app', team: world.team }],
  ])
  const app: App = {
    clientId: `${newId('1')}.${newId('2')}`,
    clientSecret: secret(),
    consent: { agrees: true, team: world.team },
  }
  const faults = createFaults()
  const calls: Call[] = []
  const network = await startNetwork((request, response) => void answer(request, response))
  const sockets = createSockets(world, () => network.url)
  const oauth = createOAuth(world, app, tokens)
  const api: Api = { world, oauth, sockets, tokens, scopes: new Set(allScopes) }
  network.server.on('upgrade', sockets.upgrade)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', network.url)
    if (pathname === '/oauth/v2/authorize') return sendTo(response, authorizeVerdict(oauth.authorize(searchParams)))
    const body = await read(request).catch(() => undefined)
    if (body === undefined) return
    const isApi = pathname.startsWith('/api/')
    const place = isApi ? pathname.slice('/api/'.length) : 'response_url'
    await sleep(faults.delay())
    const fault = faults.next(place)
    const type = request.headers['content-type']
    const carryOut = () =>
      isApi ? callApi(place, body, request, searchParams) : takeResponse(world, pathname, body, type)
    const verdict = fault && fault.kind !== 'lose' ? verdictOf(fault) : carryOut()
    note(place, body, request, verdict)
    if (fault?.kind === 'lose') response.destroy()
    else sendTo(response, verdict)
  }

  function callApi(method: string, body: string, { headers }: IncomingMessage, query: URLSearchParams): Verdict {
    let answered: Json
    try {
      const args = { ...Object.fromEntries(query), ...argumentsOf(body, headers['content-type']) }
      answered = answerCall(api, method, args, headers.authorization)
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem
      answered = problem.answer
    }
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(answered),
    }
  }

  function note(method: string, body: string, { headers }: IncomingMessage, { status, body: answered }: Verdict): void {
    const readable = (text: string, type?: string): Json => {
      try {
        return argumentsOf(text, type)
      } catch {
        return { text }
      }
    }
    const answer = readable(answered, 'application/json')
    calls.push({
      method,
      body: readable(body, headers['content-type']),
      token: bearer(headers.authorization),
      status,
      answer,
    })
  }

  const messagesIn = (channel: string | { id: string }): SlackMessage[] =>
    world.messages.filter((message) => message.channel === idOf(channel) && !message.to)
  const visibleTo = (user: string | { id: string }, channel: string | { id: string }): SlackMessage[] =>
    world.messages.filter((message) => message.channel === idOf(channel) && (!message.to || message.to === idOf(user)))
  const signingSecret = secret()
  const apiUrl = `${network.url}/api/`

  const slack = {
    url: network.url,
    apiUrl,
    authorizeUrl: `${network.url}/oauth/v2/authorize`,
    signingSecret,
    botToken,
    appToken,
    ...app,
    /** Whether people agree when the app asks to be installed, and in which workspace. */
    consent: app.consent,
    environment: { SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: botToken, SLACK_API_URL: apiUrl },
    socketEnvironment: { SLACK_APP_TOKEN: appToken, SLACK_BOT_TOKEN: botToken, SLACK_API_URL: apiUrl },
    world,
    team: world.team,
    bot: world.bot,
    sockets,
    calls,
    /** What the bot was permitted; take one away to see `missing_scope`. */
    scopes: api.scopes,
    /** Another workspace, to install the app in. */
    anotherTeam: (name: string) => ({ id: newId('T'), name, domain: name.toLowerCase() }),
    /**
     * Throws the app out of a workspace: its tokens open nothing any more. The event about it is for a client to send.
     */
    throwOut(team: SlackTeam = world.team): void {
      for (const grant of tokens.values()) if (grant.kind === 'bot' && grant.team.id === team.id) grant.kind = 'gone'
    },
    user: (name: string, options?: Partial<Omit<SlackUser, 'id' | 'name'>>) => addUser(world, name, options),
    channel: (name: string, options?: ChannelOptions) => addChannel(world, name, options),
    /** Where a person and the bot talk alone. */
    direct: (user: string | { id: string }) => directChannel(world, idOf(user)),
    /** What everybody in a channel sees. */
    messages: messagesIn,
    /** The messages that a person has in front of them, ephemeral ones among them. */
    visibleTo,
    /** What a person reads in a channel, in order. */
    seenBy: (user: string | { id: string }, channel: string | { id: string }) =>
      visibleTo(user, channel).map((message) => shownMessage(world, message)),
    /** What the bot told a person alone. */
    directMessages: (user: string | { id: string }) =>
      messagesIn(directChannel(world, idOf(user)))
        .filter(({ bot_id }) => bot_id)
        .map((message) => shownMessage(world, message)),
    /** The modal in front of a person. */
    view: (user: string | { id: string }) => topView(world, idOf(user)),
    ...faults,
    away: network.cut,
    back: network.mend,
    /** All response URLs so far are too old. */
    expire: () => expireAll(world),
    async close(): Promise<void> {
      sockets.close()
      await network.cut()
    },
  }
  atEnd(slack.close)
  return slack
}

const authorizeVerdict = (outcome: { location: string } | { problem: string }): Verdict =>
  'location' in outcome
    ? { status: 302, headers: { location: outcome.location }, body: '' }
    : { status: 200, body: outcome.problem }

function sendTo(response: ServerResponse, { status, headers, body }: Verdict): void {
  response.writeHead(status, headers).end(body)
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** A port that can be cut off, and mended: connections are reset, new ones refused. */
async function startNetwork(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle)
  const connections = new Set<Socket>()
  server.on('connection', (socket) => connections.add(socket.once('close', () => connections.delete(socket))))
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }
  const port = await listen(0)
  return {
    server,
    url: `http://127.0.0.1:${port}`,
    async cut(): Promise<void> {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of connections) socket.resetAndDestroy()
      await closed
    },
    async mend(): Promise<void> {
      if (!server.listening) await listen(port)
    },
  }
}
