// A program of its own: a bare Fastify route that sends the same statements as a page of contacts does, through the
// same driver.
import fastify from 'fastify'
import { listContacts } from '../src/domain/contacts/contact-lists.ts'
import { readGroupFacts } from '../src/domain/groups/facts.ts'
import { userOfToken } from '../src/domain/people/access-tokens.ts'
import { openPostgres } from '../src/storage/db.ts'

const [url = '', token = ''] = process.argv.slice(2)
const { db } = openPostgres(url, 10)
const app = fastify()
app.get('/', async () => {
  const user = await userOfToken(db, token, 'api')
  const group = await readGroupFacts(db, 'acme', user?.userId ?? null)
  if (!group) throw new Error('the sample is not there')
  return (await listContacts(db, group, { limit: 100, state: 'active' })).value
})
console.log(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}\n`)
