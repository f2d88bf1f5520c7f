// Several people who type commands in Slack and mention us, one thing after the other: who gets no answer says the same
// again.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import type { Db } from '../../../src/storage/db.ts'
import { begin, column, noteChange, type Speaker, silent } from '../processes/crowd.ts'
import type { Colleague, Office } from './office.ts'
import { SlackFailure } from './people.ts'

// Two speak about one issue; none of these contacts is on an issue at first, and no two people speak of the same one.
const subjects: Readonly<Record<Colleague, { iid: number; contacts: readonly [string, string] }>> = {
  priya: { iid: 1, contacts: ['hannah.weiss@mail.example', 'jonas.petrauskas@mail.example'] },
  dana: { iid: 1, contacts: ['mei-ling.zhou@mail.example', 'andres.villalobos@mail.example'] },
  marcus: { iid: 2, contacts: ['tor.nygaard@halvorsen-marine.example', 'sanne.devries@halvorsen-marine.example'] },
  olivia: { iid: 3, contacts: ['paolo.ferrante@castellano.example', 'rosa.dimarco@castellano.example'] },
}

interface Person extends Speaker {
  name: Colleague
  iid: number
}

export interface SlackCrowd {
  people: readonly Person[]
  /** How often something was acknowledged at once, or not; how many messages had to be sent again. */
  figures: { acknowledged: number; refused: number; late: number; sentAgain: number }
  /** Lets everybody finish what they are saying. */
  hush(): Promise<void>
}

type Figures = SlackCrowd['figures']

/** @returns whether it was taken */
async function types(office: Office, { name }: Person, line: string, figures: Figures): Promise<boolean> {
  try {
    const { body } = await office.as(name).types(line)
    if (!/longer than usual|taking too long/.test(body)) return true
    figures.late++
    // What is under way comes to an end, so that nothing is out of order.
    await sleep(2_000)
  } catch (failure) {
    if (!(failure instanceof SlackFailure)) throw failure
    figures.refused++
    await sleep(50)
  }
  return false
}

async function says(office: Office, { name }: Person, text: string, figures: Figures): Promise<void> {
  const { deliveries } = await office.as(name).says(text)
  const attempts = deliveries.find(({ event }) => event === 'app_mention')?.attempts ?? []
  expect(attempts.at(-1)).toBe(200)
  if (attempts.length > 1) figures.sentAgain++
}

async function speak(
  office: Office,
  person: Person,
  { figures, isOver }: { figures: Figures; isOver: () => boolean },
): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    const contact = person.contacts[turn % 2] as string
    const command = person.linked.has(contact) ? 'remove_contacts' : 'add_contacts'
    const words = `${command} acme/support/shop#${person.iid} ${contact}`
    if (turn % 3 > 0) while (!(await types(office, person, `/${words}`, figures))) {}
    else await says(office, person, `${person.name} ${person.said++}\n@rolobot ${words}`, figures)
    figures.acknowledged++
    noteChange(person, contact)
  }
}

/** All colleagues begin to speak. */
export function openSlackCrowd(office: Office): SlackCrowd {
  const figures: Figures = { acknowledged: 0, refused: 0, late: 0, sentAgain: 0 }
  const people = Object.entries(subjects).map(
    ([name, subject]): Person => ({ name: name as Colleague, ...subject, ...silent() }),
  )
  return { people, figures, hush: begin(people, (person, isOver) => speak(office, person, { figures, isOver })) }
}

/** What was acknowledged is there once and in order, with its effect; every answer was given. */
export async function expectAllAnswered(db: Db, office: Office, { people, figures }: SlackCrowd): Promise<void> {
  if (process.env.TEST_FIGURES) console.log(expect.getState().currentTestName, figures)
  expect(await column(db, sql`select distinct status as value from deliveries where via = 'slack'`)).toEqual([
    'replied',
  ])
  for (const person of people) {
    const on = sql`(select i.id from issues i join projects p on p.id = i.project_id where p.path = 'shop'
      and i.iid = ${person.iid})`
    const said = sql`select body as value from comments where issue_id = ${on} and body like ${`${person.name} %`}
      order by id`
    expect(await column(db, said)).toEqual(Array.from({ length: person.said }, (_, at) => `${person.name} ${at}`))
    for (const contact of person.contacts) await expectChanged(db, office, person, { contact, on })
  }
}

async function expectChanged(
  db: Db,
  office: Office,
  { name, changes, linked }: Person,
  { contact, on }: { contact: string; on: ReturnType<typeof sql> },
): Promise<void> {
  const length = changes.get(contact) ?? 0
  const made = await column(
    db,
    sql`select action as value from history h join contacts c on c.id = h.contact_id where h.issue_id = ${on}
      and c.email = ${contact} order by h.id`,
  )
  expect(made, contact).toEqual(Array.from({ length }, (_, at) => (at % 2 ? 'contact_unlinked' : 'contact_linked')))
  const left = await column(
    db,
    sql`select c.email as value from issue_contacts l join contacts c on c.id = l.contact_id where l.issue_id = ${on}
      and c.email = ${contact}`,
  )
  expect(left).toEqual(linked.has(contact) ? [contact] : [])
  const answers = office.reads(name).filter((text) => text === `Added ${contact}.` || text === `Removed ${contact}.`)
  if (process.env.TEST_FIGURES) console.log(name, contact, length, 'changes', answers.length, 'answers')
  expect(answers.length, `answers about ${contact}`).toBeGreaterThanOrEqual(length)
}
