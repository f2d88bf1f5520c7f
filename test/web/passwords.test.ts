// Passwords in a browser, by keyboard alone, on a wide screen and on a phone: set by a link, used to sign in, changed.
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createLink } from '../../src/domain/people/access-tokens.ts'
import { insertPasswordLink } from '../../src/domain/people/passwords.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { browsers, lookForBrowser } from './browser.ts'

let service: RunningService

const [first, second] = ['correct horse battery', 'staple of a stable']
const screens = [
  { name: 'wide', width: 1280, height: 800 },
  { name: 'phone', width: 320, height: 640 },
]

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true })
const hasFocus = (control: Locator) => control.evaluate((element) => element === document.activeElement)

async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let times = 0; times < 20 && !(await hasFocus(control)); times++) await page.keyboard.press('Tab')
  expect(await hasFocus(control)).toBe(true)
}

/** Types into the fields of a form, by their labels, and submits it. */
async function submit(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) {
    await tabTo(page, field(page, label))
    await page.keyboard.type(text)
  }
  await page.keyboard.press('Enter')
}

async function pressOn(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control)
  await page.keyboard.press('Enter')
}

describe.skipIf(!lookForBrowser()).each(screens)('on a screen that is $name', ({ name, ...viewport }) => {
  const { open } = browsers()
  beforeAll(async () => {
    service = await startService({ idle: true })
  })

  const fits = async (page: Page) =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)

  async function isRefused(page: Page, reason: string, { focus }: { focus?: string } = {}): Promise<void> {
    await page.getByText(reason).first().waitFor()
    await fits(page)
    if (focus === undefined) return
    expect(await field(page, focus).getAttribute('aria-invalid')).toBe('true')
    await expect.poll(() => hasFocus(field(page, focus))).toBe(true)
  }

  test('set by a link, wrong at sign-in, right at sign-in, then changed', async () => {
    const user = await createUser(service.db, { username: `annabelle.lee-${name}` })
    const secret = await insertPasswordLink(service.db, { userId: null, via: 'command line' }, user.id)
    const page = await open(`${service.url}/users/password/edit?reset_password_token=${secret}`, { viewport })
    await page.getByRole('heading', { name: 'Set your password' }).waitFor()
    await fits(page)
    await submit(page, { 'New password': 'too short', 'Repeat the new password': 'too short' })
    await isRefused(page, 'Password is too short (minimum is 12 characters).', { focus: 'New password' })
    await submit(page, { 'New password': first, 'Repeat the new password': second })
    await isRefused(page, "The two passwords don't match.", { focus: 'Repeat the new password' })
    await submit(page, { 'New password': first, 'Repeat the new password': first })
    await page.waitForURL(`${service.url}/`)

    await pressOn(page, page.getByRole('button', { name: 'Sign out' }))
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await fits(page)
    await submit(page, { 'Username or email': user.username, Password: second })
    await isRefused(page, 'Incorrect username or password.')
    expect(await field(page, 'Username or email').inputValue()).toBe(user.username)
    await submit(page, { Password: first })
    await page.waitForURL(`${service.url}/`)

    await pressOn(page, page.getByRole('link', { name: user.username }))
    await pressOn(page, page.locator('summary').getByText('Change password'))
    const repeated = { 'New password': second, 'Repeat the new password': second }
    await submit(page, { 'Current password': second, ...repeated })
    await isRefused(page, 'The current password is incorrect.', { focus: 'Current password' })
    await submit(page, { 'Current password': first, ...repeated })
    await page.getByRole('status').getByText('Your password has been changed.').waitFor()
    await fits(page)

    await pressOn(page, page.getByRole('button', { name: 'Sign out' }))
    await submit(page, { 'Username or email': user.username, Password: second })
    await page.waitForURL(`${service.url}/`)
  })

  test('without one, a link signs in when its button is pressed', async () => {
    const user = await createUser(service.db, { username: `bob-${name}` })
    const page = await open(service.url, { viewport })
    await page.goto(
      `${service.url}/users/sign_in?link=${await createLink(service.db, user.id, 'sign_in')}&to=/-/profile`,
    )
    await fits(page)
    await pressOn(page, page.getByRole('button', { name: 'Sign in' }))
    await page.getByText("You don't have a password yet.").waitFor()
    expect(new URL(page.url()).pathname).toBe('/-/profile')
    await fits(page)
  })
})
