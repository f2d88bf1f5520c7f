// Installing into several workspaces: an administrator follows a link, Slack asks for consent, and gives us a token.
import { type Installation, InstallProvider, InvalidStateError, type StateStore } from '@slack/oauth'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SignedInUser } from '../../domain/people/access-tokens.ts'
import { isFirstTime } from '../../domain/rules/only-once.ts'
import type { House } from '../connector.ts'
import { deriveKey } from '../seal.ts'
import { scopesFor } from './scopes.ts'
import type { SlackSettings } from './settings.ts'
import { slackLog } from './slack-log.ts'
import { clientOptions, type Workspaces } from './workspaces.ts'

const installPath = '/slack/install'
export const redirectPath = '/slack/oauth_redirect'

type Who = (request: FastifyRequest) => Promise<SignedInUser | null>

interface Parts extends Pick<House, 'db' | 'log' | 'publicUrl'> {
  settings: SlackSettings
  workspaces: Workspaces
}

/**
 * A state travels through a browser, signed: the library accepts it repeatedly within ten minutes, we accept it once.
 */
function takeOnce(db: House['db'], provider: InstallProvider): InstallProvider {
  // Node doesn't see the library's store among its named exports.
  const signed = provider.stateStore as StateStore
  provider.stateStore = {
    generateStateParam: (...given) => signed.generateStateParam(...given),
    async verifyStateParam(now, state) {
      const options = await signed.verifyStateParam(now, state)
      if (await isFirstTime(db, `slack state ${state}`)) return options
      throw new InvalidStateError('This installation is already complete.')
    },
  }
  return provider
}

function openProvider({ settings, workspaces, log }: Omit<Parts, 'db'>): InstallProvider {
  const {
    SLACK_CLIENT_ID: clientId = '',
    SLACK_CLIENT_SECRET: clientSecret = '',
    SLACK_TOKEN_KEY: key = '',
    SLACK_API_URL,
  } = settings
  return new InstallProvider({
    clientId,
    clientSecret,
    stateSecret: deriveKey(key, 'OAuth state of connectors').toString('base64url'),
    directInstall: true,
    authorizationUrl: new URL('../oauth/v2/authorize', SLACK_API_URL).href,
    clientOptions: clientOptions(settings, log),
    logger: slackLog(log),
    installationStore: {
      storeInstallation: async (installation: Installation) => {
        const { team, bot, metadata } = installation
        if (!team || !bot) throw new Error('Slack gave no token of a bot user in a workspace')
        await workspaces.keep({
          id: team.id,
          name: team.name ?? team.id,
          token: bot.token,
          userId: Number(metadata) || null,
        })
      },
      fetchInstallation: () => Promise.reject(new Error('installations are read by workspaces.ts')),
    },
  })
}

const refused = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode })

/** Only administrators can install into a workspace, because we trust the workspace on who its users are. */
async function administrator(who: Who, request: FastifyRequest): Promise<SignedInUser> {
  const author = await who(request)
  if (!author) throw refused(401, `Sign in as an administrator first: /users/sign_in?to=${installPath}`)
  if (!author.administrator || !author.scopes.includes('api'))
    throw refused(403, 'Only administrators can install Rolobot into a workspace, and not with a read-only token.')
  return author
}

/** Adds the two routes of the installation. */
export function installRoutes(http: FastifyInstance, who: Who, parts: Parts): void {
  const provider = takeOnce(parts.db, openProvider(parts))
  const redirectUri = `${parts.publicUrl}${redirectPath}`
  http.get(installPath, async (request, reply) => {
    const author = await who(request)
    if (!author) return reply.redirect(`/users/sign_in?to=${installPath}`)
    const { userId } = await administrator(who, request)
    const install = { scopes: [...scopesFor(parts.settings)], redirectUri, metadata: String(userId) }
    return handOver(reply, () => provider.handleInstallPath(request.raw, reply.raw, {}, install))
  })
  http.get(redirectPath, async (request, reply) => {
    await administrator(who, request)
    return handOver(reply, () => provider.handleCallback(request.raw, reply.raw, callback))
  })
}

// The library sends the response itself.
async function handOver(reply: FastifyReply, work: () => Promise<void>): Promise<FastifyReply> {
  reply.hijack()
  await work()
  return reply
}

const callback: Parameters<InstallProvider['handleCallback']>[2] = {
  success: ({ team }, _, __, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(`Rolobot is installed in ${team?.name ?? 'the workspace'}. People type /rolobot help there.`)
  },
  failure: (fault, _, __, response) => {
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(`Rolobot was not installed: ${fault.message}. Begin again at ${installPath}.`)
  },
}
