// The frame of every page.
import type { FastifyReply } from 'fastify'
import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { SignedInUser } from '../domain/people/access-tokens.ts'
import type { AssetAddresses } from './assets.ts'
import type { Visit } from './visit.ts'

interface Frame {
  title: string
  /** Undefined if unknown. */
  user?: SignedInUser | null
  assets: AssetAddresses
}

/** A whole page as text. */
export const pageText = (frame: Frame, content: ComponentChildren): string =>
  `<!doctype html>${renderToString(<Layout {...frame}>{content}</Layout>)}`

/** Answers a visit with a page. */
export const show = (
  visit: Visit,
  { title, status = 200 }: { title: string; status?: number },
  content: ComponentChildren,
): FastifyReply =>
  asPage(visit.reply.code(status)).send(pageText({ title, user: visit.user, assets: visit.assets }, content))

/**
 * The headers of a page. Under helmet's `no-referrer`, a form's `Origin` would be `null`; this names us, but only to
 * ourselves.
 */
export const asPage = (reply: FastifyReply): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('referrer-policy', 'same-origin')

const Layout = ({ title, user, assets, children }: Frame & { children: ComponentChildren }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · Rolobot`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={assets.style} />
      <script type="module" src={assets.script} />
    </head>
    <body>
      <header class="top">
        <a class="name" href="/">
          Rolobot
        </a>
        {user && <SignedIn name={user.name} />}
        {user === null && <a href="/users/sign_in">Sign in</a>}
      </header>
      <main>{children}</main>
    </body>
  </html>
)

const SignedIn = ({ name }: { name: string }) => (
  <form class="who" method="post" action="/users/sign_out">
    <a href="/-/profile">
      <bdi>{name}</bdi>
    </a>
    <button type="submit" class="quiet">
      Sign out
    </button>
  </form>
)

/** A time, the same for every reader. */
export const Time = ({ at }: { at: Date }) => <time datetime={at.toISOString()}>{moment.format(at)} UTC</time>

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
