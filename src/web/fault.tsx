// An error as a page: the HTTP shell's document, rendered for browsers.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AssetAddresses } from './assets.ts'
import { asPage, pageText } from './layout.tsx'
import { signInAddress } from './pages/sign-in.tsx'
import { field, type WebRoutes } from './visit.ts'

interface Problem {
  status: number
  title: string
  detail: string
}

interface Pages {
  assets: AssetAddresses
  who: WebRoutes['sessions']['who']
}

/** A hook that answers browsers with a page, and asks visitors to sign in. Programs get the document as it is. */
export const faultPage = (pages: Pages) => async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
  const isProblem = String(reply.getHeader('content-type')).startsWith('application/problem+json')
  if (!isProblem || !request.headers.accept?.includes('text/html')) return payload
  const problem = JSON.parse(String(payload)) as Problem
  if (problem.status === 401 && request.method === 'GET') {
    asPage(reply.code(302)).header('location', signInAddress(request.url))
    return ''
  }
  asPage(reply)
  const { assets, who } = pages
  // The error may be the very reason why the user can't be identified; without a database there is nothing to wait for.
  const user = problem.status === 503 ? undefined : await who(request).catch(() => undefined)
  const unsent = problem.status === 401 ? field(request.body, 'body') : ''
  return pageText(
    { title: problem.title, assets, user },
    <FaultPage {...problem} back={pageBefore(request)} unsent={unsent} />,
  )
}

/** The path of the page with the form that was sent. */
function pageBefore({ headers: { referer = '' } }: FastifyRequest): string {
  if (!URL.canParse(referer)) return '/'
  const { pathname, search } = new URL(referer)
  return pathname + search
}

const FaultPage = ({ status, title, detail, back, unsent }: Problem & { back: string; unsent: string }) => (
  <section class="narrow">
    <h1>{title}</h1>
    <p id="fault" hidden={detail === `${title}.`}>
      {detail}
    </p>
    {unsent && (
      <>
        <label for="unsent">Your text has not been sent. Copy it before you sign in:</label>
        <textarea id="unsent" rows={6} dir="auto" readonly>
          {unsent}
        </textarea>
      </>
    )}
    <p>
      {status === 401 ? (
        <a id="sign-in" href={signInAddress(back)}>
          Sign in
        </a>
      ) : (
        <a href="/">Go to your projects</a>
      )}
    </p>
  </section>
)
