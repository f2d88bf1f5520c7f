// A program of its own: a bare Fastify route that checks what Slack has signed and reads it, and has nothing to do.
import { isValidSlackRequest } from '@slack/bolt'
import fastify from 'fastify'

const [signingSecret = ''] = process.argv.slice(2)
const app = fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'string' }, async (_: unknown, body: string) => body)
app.post<{ Body: string }>('/slack/events', async ({ body, headers }) => {
  const signed = {
    'x-slack-signature': String(headers['x-slack-signature']),
    'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
  }
  if (!isValidSlackRequest({ signingSecret, body, headers: signed })) throw new Error('not signed')
  return { options: [], of: (JSON.parse(new URLSearchParams(body).get('payload') ?? '') as { value: string }).value }
})
console.log(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}\n`)
