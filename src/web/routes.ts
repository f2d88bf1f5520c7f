// Path → page.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { serveAssets } from './assets.ts'
import { comment, preview } from './comment.tsx'
import { faultPage } from './fault.tsx'
import { live } from './live.ts'
import { home } from './pages/home.tsx'
import { issue } from './pages/issue.tsx'
import { showIssueList } from './pages/issues.tsx'
import { passwordForm, setPassword } from './pages/password.tsx'
import { linkCode, newPassword, profile, unlink } from './pages/profile.tsx'
import { endOtherSessions, submitEndSession } from './pages/sessions.tsx'
import { signIn, signOut, submitSignIn } from './pages/sign-in.tsx'
import { PageFault, type Visit, type WebRoutes } from './visit.ts'

type Page = (visit: Visit) => Promise<unknown>

// A project's path can have any depth, which the router's own patterns can't express.
const pages: readonly [method: 'GET' | 'POST', path: RegExp, page: Page][] = [
  ['GET', /^\/$/, home],
  ['GET', /^\/users\/sign_in$/, signIn],
  ['POST', /^\/users\/sign_in$/, submitSignIn],
  ['POST', /^\/users\/sign_out$/, signOut],
  ['GET', /^\/users\/password\/edit$/, passwordForm],
  ['POST', /^\/users\/password\/edit$/, setPassword],
  ['GET', /^\/-\/profile$/, profile],
  ['POST', /^\/-\/profile$/, linkCode],
  ['POST', /^\/-\/profile\/password$/, newPassword],
  ['POST', /^\/-\/profile\/unlink$/, unlink],
  ['POST', /^\/-\/profile\/end_session$/, submitEndSession],
  ['POST', /^\/-\/profile\/end_other_sessions$/, endOtherSessions],
  ['GET', /^\/(?<project>.+)\/-\/issues$/, showIssueList],
  ['GET', /^\/(?<project>.+)\/-\/issues\/(?<iid>\d{1,9})$/, issue],
  ['POST', /^\/(?<project>.+)\/-\/issues\/(?<iid>\d{1,9})$/, comment],
  ['POST', /^\/(?<project>.+)\/-\/issues\/(?<iid>\d{1,9})\/preview$/, preview],
  ['GET', /^\/(?<project>.+)\/-\/issues\/(?<iid>\d{1,9})\/live$/, live],
]

interface Found {
  page: Page
  params: Record<string, string>
}

function findPage({ method, params }: FastifyRequest): Found {
  const address = `/${(params as { '*': string })['*']}`
  for (const [of, path, page] of pages) {
    const found = of === method ? path.exec(address) : null
    if (found) return { page, params: { ...found.groups } }
  }
  throw new PageFault(404, "This page doesn't exist.")
}

/** All pages. Requests that no other route matches end up here. */
export function webRoutes(app: FastifyInstance, routes: WebRoutes): void {
  app.register(async (web) => {
    const assets = await serveAssets(web)
    const streams = new Set<() => void>()
    const open = async (request: FastifyRequest, reply: FastifyReply) => {
      const { page, params } = findPage(request)
      routes.sessions.refuseOtherSites(request)
      return page({ ...routes, assets, streams, request, reply, user: await routes.sessions.who(request), params })
    }
    web.addHook('onSend', faultPage({ assets, who: routes.sessions.who }))
    web.addHook('preClose', async () => streams.forEach((end) => void end()))
    // Checked before a body is read: any request to an unknown path gets the same response.
    const onRequest = async (request: FastifyRequest) => void findPage(request)
    web.route({ method: ['GET', 'POST'], url: '/*', exposeHeadRoute: false, onRequest, handler: open })
  })
}
