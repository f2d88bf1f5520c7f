// The Web API: who is asking, what for, and the methods that are not about messages (docs.slack.dev/reference/methods).
import { channelOf, chatMethods } from './chat.ts'
import type { Grant, OAuth } from './oauth.ts'
import { Refusal, refuse } from './refusal.ts'
import type { Sockets } from './sockets.ts'
import { exchange, openView, pushView, updateView } from './views.ts'
import { directChannel, type Json, type SlackTeam, type World } from './world.ts'

export interface Api {
  world: World
  oauth: OAuth
  sockets: Sockets
  tokens: Map<string, Grant>
  /** What the bot was permitted. */
  scopes: Set<string>
}

export interface Asked extends Api {
  args: Json
  /** The workspace of the token. */
  team: SlackTeam
  /** The user and password of the `Authorization` header. */
  basic?: [string, string]
}

export type Method = (asked: Asked) => Json

interface Known {
  run: Method
  scope?: string
  /** A bot's, where nothing else is said. */
  token?: 'bot' | 'app' | 'none'
}

const authTest: Method = ({ world: { bot }, team }) => ({
  url: `https://${team.domain}.slack.com/`,
  team: team.name,
  team_id: team.id,
  user: bot.name,
  user_id: bot.userId,
  bot_id: bot.botId,
  is_enterprise_install: false,
})

// docs.slack.dev/reference/methods/users.info
const userInfo: Method = ({ world, args, scopes }) => {
  if (!args.user) refuse('invalid_arguments', ['missing required field: user'])
  const user = world.users.get(String(args.user)) ?? refuse('user_not_found')
  // docs.slack.dev/reference/scopes/users.read.email: without it the address is left out, nothing is refused.
  const email = scopes.has('users:read.email') && !user.bot ? { email: user.email } : {}
  return {
    user: {
      id: user.id,
      team_id: user.team,
      name: user.name,
      real_name: user.realName,
      deleted: user.deleted,
      is_bot: user.bot,
      is_app_user: false,
      is_email_confirmed: user.emailConfirmed,
      is_restricted: false,
      is_ultra_restricted: false,
      ...(user.team !== world.team.id && { is_stranger: true }),
      profile: { team: user.team, real_name: user.realName, display_name: user.name, ...email },
    },
  }
}

const channelInfo: Method = ({ world, args }) => {
  const { id, name, kind, members, archived, shared = false } = channelOf(world, args.channel)
  const isIm = kind === 'im'
  return {
    channel: {
      id,
      ...(isIm ? { user: [...members].find((one) => one !== world.bot.userId) } : { name, name_normalized: name }),
      is_channel: kind === 'channel',
      is_group: kind === 'group',
      is_im: isIm,
      is_mpim: false,
      is_private: kind === 'group',
      is_archived: archived,
      is_member: members.has(world.bot.userId),
      is_shared: false,
      is_ext_shared: shared,
      is_org_shared: false,
      context_team_id: world.team.id,
    },
  }
}

const methods: Record<string, Known> = {
  ...chatMethods,
  'auth.test': { run: authTest },
  'users.info': { scope: 'users:read', run: userInfo },
  'conversations.info': { scope: 'channels:read', run: channelInfo },
  'conversations.members': {
    scope: 'channels:read',
    run({ world, args: { channel, limit = 100 } }) {
      const members = [...channelOf(world, channel).members]
      const next_cursor = members.length > Number(limit) ? 'more' : ''
      return { members: members.slice(0, Number(limit)), response_metadata: { next_cursor } }
    },
  },
  'conversations.open': {
    scope: 'im:write',
    run: ({ world, args: { users } }) => {
      const { id } = world.users.get(String(users)) ?? refuse('user_not_found')
      return { channel: { id: directChannel(world, id).id } }
    },
  },
  'views.open': { run: ({ world, args }) => ({ view: openView(world, exchange(world, args.trigger_id), args.view) }) },
  'views.push': { run: ({ world, args }) => ({ view: pushView(world, exchange(world, args.trigger_id), args.view) }) },
  'views.update': { run: ({ world, args }) => ({ view: updateView(world, args, args.view) }) },
  'apps.connections.open': { token: 'app', run: ({ sockets }) => ({ url: sockets.open() }) },
  'oauth.v2.access': { token: 'none', run: ({ oauth, args, basic }) => oauth.access(args, basic) },
}

// These come as JSON in a form (docs.slack.dev/apis/web-api/#basics).
const structured: Record<string, string> = {
  blocks: 'invalid_blocks_format',
  unfurls: 'invalid_unfurls_format',
  view: 'invalid_arguments',
  metadata: 'invalid_metadata_format',
  attachments: 'invalid_arguments',
}

function parsed(args: Json): Json {
  const parse = ([key, value]: [string, unknown]) => {
    if (!structured[key] || typeof value !== 'string') return [key, value]
    try {
      return [key, JSON.parse(value)]
    } catch {
      return refuse(structured[key])
    }
  }
  return Object.fromEntries(Object.entries(args).map(parse))
}

/** What came in the body, by its content type. */
export function argumentsOf(body: string, type = ''): Json {
  if (body === '') return {}
  if (type === '') refuse('missing_post_type')
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body))
  if (!type.startsWith('application/json')) refuse('invalid_post_type')
  try {
    return JSON.parse(body) as Json
  } catch {
    return refuse('invalid_json')
  }
}

export const bearer = (header = ''): string | undefined => /^Bearer (\S+)$/.exec(header)?.[1]

function basicOf(header = ''): [string, string] | undefined {
  const [user, password] = Buffer.from(/^Basic (\S+)$/.exec(header)?.[1] ?? '', 'base64')
    .toString()
    .split(':')
  return user && password ? [user, password] : undefined
}

/** The workspace for which a user may ask this. */
function admit(
  { tokens, scopes, world }: Api,
  { token: wanted = 'bot', scope }: Known,
  token: string | undefined,
): SlackTeam {
  if (wanted === 'none') return world.team
  const { kind, team } = token ? (tokens.get(token) ?? refuse('invalid_auth')) : refuse('not_authed')
  if (kind === 'gone') refuse('account_inactive')
  if (kind !== wanted) refuse('not_allowed_token_type')
  if (scope && !scopes.has(scope)) refuse('missing_scope', [], { needed: scope, provided: [...scopes].join(',') })
  return team
}

/** Answers one call. */
export function answerCall(api: Api, name: string, args: Json, authorization?: string): Json {
  try {
    const method = Object.hasOwn(methods, name)
      ? (methods[name] as Known)
      : refuse('unknown_method', [], { req_method: name })
    const team = admit(api, method, bearer(authorization) ?? (args.token as string | undefined))
    return { ok: true, ...method.run({ ...api, team, args: parsed(args), basic: basicOf(authorization) }) }
  } catch (problem) {
    if (problem instanceof Refusal) return problem.answer
    throw problem
  }
}

export const allScopes = new Set([
  ...Object.values(methods).flatMap(({ scope }) => scope ?? []),
  'users:read.email',
  'commands',
  'app_mentions:read',
])
