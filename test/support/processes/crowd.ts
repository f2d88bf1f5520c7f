// Many people who comment at once, each of them patiently: who gets no answer says the same again, under the same key,
// before going on.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { type Db, rowsOf } from '../../../src/storage/db.ts'

export const adminToken = 'the-token-of-the-administrator'

// Of the sample workspace; none of these contacts is on an issue at first, and no two people speak of the same one.
const issues = [
  'acme/support/shop#1',
  'acme/support/shop#2',
  'acme/support/shop#3',
  'acme/support/shop#4',
  'acme/support/clinic#1',
]
const circles = [
  ['hannah.weiss@mail.example', 'jonas.petrauskas@mail.example'],
  ['mei-ling.zhou@mail.example', 'andres.villalobos@mail.example'],
  ['tor.nygaard@halvorsen-marine.example', 'sanne.devries@halvorsen-marine.example'],
] as const

/** A user of a crowd. */
export interface Speaker {
  name: string
  contacts: readonly string[]
  /** What is on the issue, of the contacts this person speaks of. */
  linked: Set<string>
  /** How often each contact was added or removed. */
  changes: Map<string, number>
  /** How many comments were acknowledged. */
  said: number
}

/** A user who has said nothing yet. */
export const silent = () => ({ linked: new Set<string>(), changes: new Map<string, number>(), said: 0 })

interface Person extends Speaker {
  issue: string
}

export interface Crowd {
  people: readonly Person[]
  /** How often something was answered, unanswered, answered as waiting. */
  figures: { acknowledged: number; unanswered: number; waiting: number; slowest: number }
  /** Lets everybody finish what they are saying. */
  hush(): Promise<void>
}

const pathOf = (issue: string) => {
  const [project, iid] = issue.split('#') as [string, string]
  return `/api/v4/projects/${encodeURIComponent(project)}/issues/${iid}/notes`
}

/** Puts a comment to the service and tells the answer; undefined when there was none, or a fault of the service's. */
async function post(url: string, issue: string, said: { body: string; key: string }) {
  try {
    const answer = await fetch(url + pathOf(issue), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'private-token': adminToken, 'idempotency-key': said.key },
      body: JSON.stringify({ body: said.body }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await answer.text()
    if (answer.status >= 500) return undefined
    return { status: answer.status, text }
  } catch {
    return undefined
  }
}

/** The next comment of a person: a text that can be counted, and commands each of which changes something. */
function nextComment(person: Person): { body: string; changed: string[] } {
  const changed = person.said % 3 === 2 ? [...person.contacts] : [person.contacts[person.said % 2] as string]
  const commands = changed.map((contact) => `/${person.linked.has(contact) ? 'remove' : 'add'}_contacts ${contact}`)
  return { body: [`${person.name} ${person.said}`, ...commands].join('\n'), changed }
}

function note(person: Person, changed: readonly string[]): void {
  person.said++
  for (const contact of changed) noteChange(person, contact)
}

/** A contact was added, or removed if it was there. */
export function noteChange({ changes, linked }: Speaker, contact: string): void {
  changes.set(contact, (changes.get(contact) ?? 0) + 1)
  if (!linked.delete(contact)) linked.add(contact)
}

/** Everybody begins to speak. @returns lets everybody finish what they are saying */
export function begin<Member extends Speaker>(
  people: readonly Member[],
  speak: (person: Member, isOver: () => boolean) => Promise<void>,
): () => Promise<void> {
  let over = false
  const speeches = Promise.all(people.map((person) => speak(person, () => over)))
  // Who awaits it hears of it; until then a wrong answer is nobody's.
  speeches.catch(() => {})
  return async () => {
    over = true
    await speeches
  }
}

async function speak(
  person: Person,
  crowd: { url: () => string; figures: Crowd['figures']; isOver: () => boolean },
): Promise<void> {
  while (!crowd.isOver()) {
    const { body, changed } = nextComment(person)
    const key = randomUUID()
    for (let answered = false; !answered; ) {
      const before = performance.now()
      const answer = await post(crowd.url(), person.issue, { body, key })
      crowd.figures.slowest = Math.max(crowd.figures.slowest, performance.now() - before)
      if (answer) expect(answer).toMatchObject({ status: 201 })
      answered = answer !== undefined
      crowd.figures[answered ? 'acknowledged' : 'unanswered']++
      if (answer?.text.includes('are queued')) crowd.figures.waiting++
      if (!answered) await sleep(100)
    }
    note(person, changed)
  }
}

/**
 * Three people on each of five issues begin to speak, all at once.
 * @param url asked before each comment: where the service is now
 */
export function openCrowd(url: () => string): Crowd {
  const figures = { acknowledged: 0, unanswered: 0, waiting: 0, slowest: 0 }
  const people = issues.flatMap((issue) =>
    circles.map((contacts, at): Person => ({ name: `Person ${at} on ${issue}`, issue, contacts, ...silent() })),
  )
  return { people, figures, hush: begin(people, (person, isOver) => speak(person, { url, figures, isOver })) }
}

/** How many comments are not finished. */
export const unfinished = async (db: Db): Promise<number> =>
  (await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from deliveries where status <> 'replied'`))[0]?.n ?? 0

/** One column of what a statement brings. */
export const column = async (db: Db, statement: ReturnType<typeof sql>): Promise<string[]> =>
  (await rowsOf<{ value: string }>(db, statement)).map(({ value }) => value)

const on = (issue: string) =>
  sql`(select i.id from issues i join projects p on p.id = i.project_id where p.full_path || '#' || i.iid = ${issue})`

/**
 * What a person said is there, each once and in order; each change was made once; the contacts are what the person
 * left.
 */
async function expectHeard(db: Db, person: Person): Promise<void> {
  const said = await column(
    db,
    sql`select body as value from comments where issue_id = ${on(person.issue)} and body like ${`${person.name} %`}
      order by id`,
  )
  expect(said).toEqual(Array.from({ length: person.said }, (_, at) => `${person.name} ${at}`))
  for (const contact of person.contacts) {
    const made = await column(
      db,
      sql`select action as value from history h join contacts c on c.id = h.contact_id
        where h.issue_id = ${on(person.issue)} and c.email = ${contact} order by h.id`,
    )
    const expected = Array.from({ length: person.changes.get(contact) ?? 0 }, (_, at) =>
      at % 2 ? 'contact_unlinked' : 'contact_linked',
    )
    expect(made, `${contact} on ${person.issue}`).toEqual(expected)
    const linked = await column(
      db,
      sql`select c.email as value from issue_contacts l join contacts c on c.id = l.contact_id
        where l.issue_id = ${on(person.issue)} and c.email = ${contact}`,
    )
    expect(linked).toEqual(person.linked.has(contact) ? [contact] : [])
  }
}

/** Everything that was acknowledged is there exactly once, in order, with its effect. */
export async function expectAllHeard(db: Db, { people, figures }: Crowd): Promise<void> {
  if (process.env.TEST_FIGURES) console.log(expect.getState().currentTestName, figures)
  for (const person of people) await expectHeard(db, person)
  const said = people.reduce((sum, person) => sum + person.said, 0)
  expect(said).toBeGreaterThanOrEqual(people.length)
  expect(await column(db, sql`select status || ' ' || count(*) as value from deliveries group by status`)).toEqual([
    `replied ${said}`,
  ])
  expect(await column(db, sql`select count(*)::text as value from comments where system`)).toEqual([String(said)])
  // Each comment was written to change something. What was applied twice would say `already there`.
  const outcomes = sql`select distinct o->>'outcome' as value
    from deliveries, jsonb_array_elements(outcome->'result'->'outcomes') o order by 1`
  expect(['added', 'removed']).toEqual(expect.arrayContaining(await column(db, outcomes)))
}
