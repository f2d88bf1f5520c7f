// What went wrong, as a page: the document that the shell makes of an error, in the browser's language.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AssetAddresses } from './assets.ts'
import { asPage, pageText } from './layout.tsx'
import { signInAddress } from './pages/sign-in.tsx'

interface Problem {
  status: number
  title: string
  detail: string
}

/** A hook that answers whoever asked for a page with a page, and asks visitors to sign in. Programs get the document as it is. */
export const faultPage = (assets: AssetAddresses) => async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
  const isProblem = String(reply.getHeader('content-type')).startsWith('application/problem+json')
  if (!isProblem || !request.headers.accept?.includes('text/html')) return payload
  const problem = JSON.parse(String(payload)) as Problem
  if (problem.status === 401 && request.method === 'GET') {
    asPage(reply.code(302)).header('location', signInAddress(request.url))
    return ''
  }
  asPage(reply)
  return pageText({ title: problem.title, assets }, <FaultPage {...problem} />)
}

const FaultPage = ({ status, title, detail }: Problem) => (
  <section class="narrow">
    <h1>{title}</h1>
    <p id="fault">{detail}</p>
    <p>{status === 401 ? <a href="/users/sign_in">Sign in</a> : <a href="/">Go to the projects</a>}</p>
  </section>
)
