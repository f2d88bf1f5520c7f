// Installing the app: a user agrees, the app exchanges a code for a token
// (docs.slack.dev/authentication/installing-with-oauth).
import { refuse } from './refusal.ts'
import { type Json, newId, type SlackTeam, secret, type World } from './world.ts'

// docs.slack.dev/authentication/installing-with-oauth#exchanging
const codeLasts = 600_000

export interface App {
  clientId: string
  clientSecret: string
  /** The people at the prompt: whether they agree, and for which workspace. */
  consent: { agrees: boolean; team: SlackTeam }
}

/** What a token opens: as a bot, or as the app for its sockets; nothing more where the app was thrown out. */
export interface Grant {
  kind: 'bot' | 'app' | 'gone'
  team: SlackTeam
}

interface Code {
  at: number
  used: boolean
  redirectUri: string | null
  scope: string
  team: SlackTeam
}

export type OAuth = ReturnType<typeof createOAuth>

export function createOAuth(world: World, app: App, tokens: Map<string, Grant>) {
  const codes = new Map<string, Code>()
  const installer = newId('U')

  /** Where the browser is sent after the prompt; an explanation where Slack shows one instead. */
  function authorize(query: URLSearchParams): { location: string } | { problem: string } {
    const [client, scope, redirectUri] = ['client_id', 'scope', 'redirect_uri'].map((key) => query.get(key))
    if (client !== app.clientId) return { problem: 'invalid_client_id' }
    if (!scope) return { problem: 'invalid_scope' }
    if (!redirectUri) return { problem: 'bad_redirect_uri' }
    const target = new URL(redirectUri)
    target.searchParams.set('state', query.get('state') ?? '')
    if (!app.consent.agrees) target.searchParams.set('error', 'access_denied')
    else {
      const code = `${Date.now()}.${secret()}`
      codes.set(code, { at: Date.now(), used: false, redirectUri, scope, team: app.consent.team })
      target.searchParams.set('code', code)
    }
    return { location: target.href }
  }

  /** docs.slack.dev/reference/methods/oauth.v2.access */
  function access(args: Json, basic?: [string, string]): Json {
    const [id, password] = basic ?? [args.client_id, args.client_secret]
    if (id !== app.clientId) refuse('invalid_client_id')
    if (password !== app.clientSecret) refuse('bad_client_secret')
    const code = codes.get(String(args.code)) ?? refuse('invalid_code')
    if (code.used) refuse('code_already_used')
    if (Date.now() - code.at > codeLasts) refuse('invalid_code')
    if (args.redirect_uri !== undefined && args.redirect_uri !== code.redirectUri) refuse('bad_redirect_uri')
    code.used = true
    const token = `xoxb-${secret()}`
    tokens.set(token, { kind: 'bot', team: code.team })
    return {
      access_token: token,
      token_type: 'bot',
      scope: code.scope,
      bot_user_id: world.bot.userId,
      app_id: world.bot.appId,
      team: { id: code.team.id, name: code.team.name },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: installer },
    }
  }

  return { authorize, access }
}
