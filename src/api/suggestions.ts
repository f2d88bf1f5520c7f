// GET /api/suggestions: commands and contacts that fit at the caret, for the editor's popup.
import { z } from 'zod'
import { contactsToAdd, contactsToRemove, type Suggestion } from '../domain/contacts/suggestions.ts'
import { issueFor } from '../domain/issues/guard.ts'
import { type IssueFacts, parseReference } from '../domain/issues/issues.ts'
import { referenceTo } from '../domain/rules/change.ts'
import { can } from '../domain/rules/permissions.ts'
import { type Typing, typing } from '../quick-actions/caret.ts'
import { completions, offered } from '../quick-actions/help.ts'
import { actions } from '../quick-actions/index.ts'
import type { Db } from '../storage/db.ts'
import { defineRoute } from './route.ts'

const Query = z.strictObject({
  issue: z.string(),
  // Postgres can't store a NUL; it is read as U+FFFD, as in a comment.
  text: z
    .string()
    .max(20_000, 'can be at most 20000 characters long')
    .transform((text) => text.replaceAll('\0', '\uFFFD')),
  limit: z.coerce
    .number('must be a number from 1 to 50')
    .int()
    .min(1, 'must be a number from 1 to 50')
    .max(50, 'must be a number from 1 to 50')
    .default(10),
})

const Item = z.strictObject({ label: z.string(), detail: z.string(), insert: z.string(), id: z.string().optional() })
type Item = z.input<typeof Item>

const Answer = z.strictObject({
  kind: z.enum(['command', 'contact', 'none']),
  from: z.int(),
  to: z.int(),
  items: z.array(Item),
  // Only for users who can see contacts: for everyone else, no match and no permission look alike.
  empty: z.string().optional().describe('What to show if the list is empty'),
})

/** Doesn't reveal whether an issue exists: no permission looks like no match. */
export const suggestionRoute = defineRoute({
  method: 'GET',
  path: '/api/suggestions',
  summary: 'Suggests commands and contacts that fit what is being typed; positions count UTF-16 units',
  for: 'users',
  query: Query,
  answers: { 200: Answer },
  async handle({ db, userId, query: { issue, text, limit } }): Promise<z.input<typeof Answer>> {
    const typed = typing(text)
    if (typed.kind === 'none') return { kind: 'none', from: text.length, to: text.length, items: [] }
    const name = parseReference(issue)
    const facts = name && (await issueFor(db, { userId }, name)).value
    const items = facts ? await itemsFor(db, facts, typed, limit) : []
    const empty = items.length === 0 && facts ? emptyFor(facts, typed) : undefined
    return { kind: typed.kind, from: typed.from, to: text.length, items, ...(empty && { empty }) }
  },
})

async function itemsFor(
  db: Db,
  facts: IssueFacts,
  typed: Exclude<Typing, { kind: 'none' }>,
  limit: number,
): Promise<Item[]> {
  if (typed.kind === 'command') return commandItems(facts, typed).slice(0, limit)
  if (!can(facts.standing, 'set_issue_contacts')) return []
  const find = typed.action.suggests === 'remove' ? contactsToRemove : contactsToAdd
  return (await find(db, facts, { term: typed.term, earlier: typed.earlier, limit })).map(contactItem)
}

const emptyTexts = { add: 'No active contact matches', remove: 'No linked contact matches' }

const emptyFor = ({ standing }: IssueFacts, typed: Typing): string | undefined =>
  typed.kind === 'contact' && typed.action.suggests && can(standing, 'set_issue_contacts')
    ? emptyTexts[typed.action.suggests]
    : undefined

const commandItems = (facts: IssueFacts, { sign, term }: { sign: string; term: string }): Item[] =>
  completions(offered(actions, facts))
    .filter(({ name }) => name.startsWith(term.toLowerCase()))
    .map(({ name, summary, usage }) => ({
      label: `/${name}`,
      detail: usage ? `${summary} · ${usage}` : summary,
      insert: `${sign}${name} `,
    }))

const contactItem = ({ id, name, address, phone, organization }: Suggestion): Item => ({
  label: name,
  detail: [address ?? phone, organization].filter(Boolean).join(' · '),
  insert: `${referenceTo({ id, address })} `,
  id: `gid://gitlab/CustomerRelations::Contact/${id}`,
})
