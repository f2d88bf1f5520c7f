// Timings, each beside the bare limit measured in the same run: `npm run bench [understanding] [suggestions] [lists]
// [graphql] [comments] [moves] [slack] [hostile]`.
import { lookForServices } from '../test/support/service/services.ts'
import { benchComments } from './comments.ts'
import { benchGraphql } from './graphql.ts'
import { benchHostile } from './hostile.ts'
import { benchLists } from './lists.ts'
import { benchMoves } from './moves.ts'
import { benchSlack } from './slack.ts'
import { benchSuggestions } from './suggestions.ts'
import { benchUnderstanding } from './understanding.ts'

const wanted = process.argv.slice(2)
const services = await lookForServices()
const parts = {
  understanding: benchUnderstanding,
  suggestions: async () =>
    services ? benchSuggestions() : console.log('Not measured: suggestions over a million contacts need Postgres.'),
  lists: async () =>
    services ? benchLists() : console.log('Not measured: lists of a million contacts need Postgres.'),
  graphql: async () => (services ? benchGraphql() : console.log('Not measured: pages of contacts need Postgres.')),
  comments: () => benchComments(services),
  moves: async () => (services ? benchMoves() : console.log('Not measured: moving a large group needs Postgres.')),
  hostile: () => benchHostile(),
  slack: async () =>
    services
      ? benchSlack()
      : console.log('Not measured: what the form in Slack offers of a million contacts needs Postgres.'),
}
for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part()
