// What every refusal over HTTP looks like.
import { expect } from 'vitest'

// Statements, frames of the stack, files, names of tables, drivers.
const insides =
  /\bselect\b.*\bfrom\b|\binsert into\b|Failed query|\bat .*:\d+:\d+|\/(?:work|tmp|home|src|dist|node_modules)\/|postgres|pglite|drizzle|deliveries/i

/**
 * The answer is a problem document (RFC 9457) with that status, which clients made for GitLab can read too, and tells
 * nothing of our insides.
 */
export async function expectProblem(answer: Response, status: number | readonly number[]) {
  const text = await answer.text()
  expect([status].flat(), text).toContain(answer.status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const document = JSON.parse(text)
  expect(document).toMatchObject({
    type: expect.any(String),
    title: expect.stringMatching(/./),
    status: answer.status,
    detail: expect.stringMatching(/./),
  })
  expect(document.message).toEqual(expect.anything())
  expect(text).not.toMatch(insides)
  return document as { detail: string; errors?: { field: string; message: string }[] }
}
