// The profile in a browser: getting a link code, seeing where one is known, taking it back. Without script, as it needs
// none.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { useLinkCode } from '../../src/domain/people/link-codes.ts'
import { findUserElsewhere, nameUserElsewhere } from '../../src/domain/people/users.ts'
import { cookieOf, pressSignIn } from '../support/api/sign-in.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'
import { browsers, lookForBrowser } from './browser.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService({ idle: true })
})

async function people() {
  const there = await world(service, { people: { pia: 'planner', dan: 'developer' } })
  const idOf = (person: string) => there.users.get(person)?.id as number
  const slack = (person: string) => ({
    via: 'slack',
    externalId: `T1/${person}-${idOf(person)}`,
    name: `${person}.slack`,
  })
  const who = (person: string) => findUserElsewhere(service.db, 'slack', slack(person).externalId)
  return { ...there, idOf, slack, who }
}

describe.skipIf(!lookForBrowser())('in the browser', () => {
  const { open } = browsers()
  const code = (page: Page) => page.locator('.code')
  const getCode = (page: Page, name = 'Get a link code') => page.getByRole('button', { name }).click()
  const signedIn = async (link: string, options: BrowserContextOptions = { javaScriptEnabled: false }) =>
    open(service.url + link, options)

  test('get a code, type it elsewhere, see it listed, unlink it after a second thought', async () => {
    const { signInLink, idOf, slack, who } = await people()
    const page = await signedIn(await signInLink('pia'))
    await page.getByRole('link', { name: 'pia' }).click()
    expect(new URL(page.url()).pathname).toBe('/-/profile')
    await page.getByRole('heading', { name: 'Profile' }).waitFor()

    await getCode(page)
    const secret = (await code(page).textContent()) as string
    expect(secret).toMatch(/^\w{4}-\w{4}$/)
    const shown = page.getByRole('status')
    await shown.getByText(`/rolobot link ${secret}`).waitFor()
    await shown.getByText(/Expires .* UTC/).waitFor()
    expect(await useLinkCode(service.db, secret, slack('pia'))).toMatchObject({ value: { userId: idOf('pia') } })

    await page.goto(`${service.url}/-/profile`)
    expect(await code(page).count()).toBe(0)
    const account = page.getByRole('listitem').filter({ hasText: 'pia.slack' })
    expect(await account.textContent()).toMatch(/pia\.slack in Slack since .* UTC/)
    const confirm = account.getByRole('button', { name: 'Yes, unlink it' })
    expect(await confirm.isVisible()).toBe(false)
    await account.getByLabel('Unlink pia.slack in Slack').click()
    expect(await who('pia')).toBe(idOf('pia'))
    await confirm.click()
    await account.waitFor({ state: 'detached' })
    expect(new URL(page.url()).pathname).toBe('/-/profile')
    expect(await who('pia')).toBeUndefined()
  })

  test('another code ends the one before it; a whole code is chosen by one click', async () => {
    const { signInLink, slack } = await people()
    const page = await signedIn(`${await signInLink('pia')}&to=/-/profile`, {})
    await getCode(page)
    const first = (await code(page).textContent()) as string
    await getCode(page, 'Get another link code')
    const second = (await code(page).textContent()) as string
    expect(await useLinkCode(service.db, first, slack('pia'))).toHaveProperty('refused')
    await code(page).click()
    expect(await page.evaluate(() => String(getSelection()).trim())).toBe(second)
    expect(await useLinkCode(service.db, second, slack('pia'))).toHaveProperty('value')
  })

  test('sessions: where from, which is this one, and each can be ended', async () => {
    const { signInLink } = await people()
    const elsewhere = await pressSignIn(service.url, await signInLink('pia'), {
      'user-agent':
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    })
    await pressSignIn(service.url, await signInLink('pia'))
    const page = await signedIn(`${await signInLink('pia')}&to=/-/profile`)
    const listed = page.getByRole('region', { name: 'Sessions' }).getByRole('listitem')
    expect(await listed.allTextContents()).toEqual([
      expect.stringMatching(/^Chrome on Linux · this browser signed in .* UTC, last used .* UTC$/),
      expect.stringMatching(/^Unknown browser signed in/),
      expect.stringMatching(/^Safari on iOS signed in/),
    ])
    await listed.nth(2).getByRole('button', { name: 'End session' }).click()
    await page.waitForLoadState()
    expect(await listed.count()).toBe(2)
    const asked = await fetch(`${service.url}/`, { redirect: 'manual', headers: { cookie: cookieOf(elsewhere) } })
    expect(asked.status).toBe(302)
    await page.getByRole('button', { name: 'End all other sessions' }).click()
    await page.getByRole('button', { name: 'End all other sessions' }).waitFor({ state: 'detached' })
    expect(await listed.count()).toBe(1)
  })

  test('the keyboard alone is enough', async () => {
    const { signInLink, idOf, slack, who } = await people()
    await nameUserElsewhere(service.db, idOf('pia'), slack('pia'))
    const page = await signedIn(`${await signInLink('pia')}&to=/-/profile`)
    await page.getByLabel('Unlink pia.slack in Slack').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('pia.slack').waitFor({ state: 'detached' })
    expect(await who('pia')).toBeUndefined()
  })

  test('nothing is wider than a narrow screen, whatever people are called', async () => {
    const { signInLink, idOf } = await people()
    const name = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3)
    await nameUserElsewhere(service.db, idOf('dan'), { via: 'slack', externalId: 'long', name })
    const page = await signedIn(`${await signInLink('dan')}&to=/-/profile`, { viewport: { width: 320, height: 700 } })
    await getCode(page)
    await page.getByLabel(`Unlink ${name} in Slack`).click()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })
})

describe('as a browser asks', () => {
  const ask = (path: string, cookie = '', init: RequestInit = {}) =>
    fetch(service.url + path, {
      redirect: 'manual',
      ...init,
      headers: { accept: 'text/html', cookie, ...init.headers },
    })
  const post = (
    path: string,
    cookie: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) => ask(path, cookie, { method: 'POST', body: new URLSearchParams(fields), headers })
  const enter = async (link: string) => cookieOf(await pressSignIn(service.url, link))
  const unlinking = '/-/profile/unlink'

  test('a visitor is asked to sign in', async () => {
    const asked = await ask('/-/profile')
    expect([asked.status, asked.headers.get('location')]).toEqual([302, '/users/sign_in?to=%2F-%2Fprofile'])
    expect((await post('/-/profile', '')).status).toBe(401)
    expect((await post(unlinking, '', { via: 'slack', id: 'x' })).status).toBe(401)
  })

  test('what the page of another site sends is refused', async () => {
    const { signInLink, idOf, slack, who } = await people()
    await nameUserElsewhere(service.db, idOf('pia'), slack('pia'))
    const pia = await enter(await signInLink('pia'))
    const fields = { via: 'slack', id: slack('pia').externalId }
    const elsewhere: Record<string, string>[] = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]
    for (const headers of elsewhere) {
      expect((await post('/-/profile', pia, {}, headers)).status).toBe(403)
      expect((await post(unlinking, pia, fields, headers)).status).toBe(403)
    }
    expect(await who('pia')).toBe(idOf('pia'))
  })

  test('people unlink what is theirs; what is not there any more is no fault', async () => {
    const { signInLink, idOf, slack, who } = await people()
    await nameUserElsewhere(service.db, idOf('pia'), slack('pia'))
    const [pia, dan] = [await enter(await signInLink('pia')), await enter(await signInLink('dan'))]
    const unlink = async (cookie: string, id: string) => (await post(unlinking, cookie, { via: 'slack', id })).status
    expect(await unlink(dan, slack('pia').externalId)).toBe(303)
    expect(await who('pia')).toBe(idOf('pia'))
    expect(await unlink(pia, 'a\0b')).toBe(303)
    expect(await unlink(pia, slack('pia').externalId)).toBe(303)
    expect(await who('pia')).toBeUndefined()
    expect(await unlink(pia, slack('pia').externalId)).toBe(303)
  })

  test('who is signed in with a token that may only read sees where they are known, and changes nothing', async () => {
    const { idOf, slack, who } = await people()
    await nameUserElsewhere(service.db, idOf('pia'), slack('pia'))
    const token = await createToken(service.db, idOf('pia'), 'api', { scopes: ['read_api'] })
    const reader = cookieOf(await post('/users/sign_in', '', { token }))
    const page = await (await ask('/-/profile', reader)).text()
    expect(page).toContain('pia.slack')
    expect(page).not.toMatch(/Unlink|link code/)
    expect((await post('/-/profile', reader)).status).toBe(403)
    expect((await post(unlinking, reader, { via: 'slack', id: slack('pia').externalId })).status).toBe(403)
    expect(await who('pia')).toBe(idOf('pia'))
  })

  test('names from elsewhere are shown as text', async () => {
    const { signInLink, idOf } = await people()
    await nameUserElsewhere(service.db, idOf('pia'), {
      via: 'slack',
      externalId: '"><b>',
      name: '<script>alert(1)</script>',
    })
    const page = await (await ask('/-/profile', await enter(await signInLink('pia')))).text()
    expect(page).toContain('&lt;script>alert(1)&lt;/script>')
    expect(page).not.toContain('<script>alert')
  })
})
