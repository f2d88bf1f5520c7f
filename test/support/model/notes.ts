// What issues say of a step, and who is linked to them, as people see it: by address or name, not by id.
import { expect } from 'vitest'
import { type ContactRow, type Photo, rowOf } from './photo.ts'

interface Change {
  before: Photo
  after: Photo
}

/** Expects exactly these new notes, by the id of the issue; nobody has written anything else. */
export function expectNotes({ before, after }: Change, expected: Readonly<Record<number, readonly string[]>>): void {
  const known = new Set(before.comments.map(({ id }) => id))
  const told: Record<number, string[]> = {}
  for (const { id, issue_id, body, system } of after.comments)
    if (!known.has(id)) told[issue_id] = [...(told[issue_id] ?? []), system ? body : `written: ${body}`]
  expect(told, 'notes on issues').toEqual(expected)
}

export const counted = (n: number): string => `${n} contact${n === 1 ? '' : 's'}`

/** A contact as a person, who has the same name at another group. */
export const personOf = ({ email, first_name, last_name, phone, job_title, description }: ContactRow): string =>
  email?.toLowerCase() ?? JSON.stringify([first_name, last_name, phone, job_title, description])

/** Who is linked to each issue, and since when. */
export function personsOnIssues(photo: Photo): string[] {
  return photo.issue_contacts
    .map(
      ({ issue_id, contact_id, created_at }) =>
        `#${issue_id} ${personOf(rowOf(photo.contacts, contact_id))} ${created_at}`,
    )
    .sort()
}

/** The facts of the history that are new, of these actions, as `action #issue contact`. */
export function linkingsSince({ before, after }: Change): string[] {
  const last = Math.max(0, ...before.history.map(({ id }) => id))
  return after.history
    .filter(({ id, action }) => id > last && /^contact_(un)?linked$/.test(action))
    .map(({ action, issue_id, contact_id }) => `${action} #${issue_id} ${contact_id}`)
    .sort()
}
