// The page of an issue in a browser: what people type, what they see, what others see.
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { editIssue } from '../../src/domain/issues/edits.ts'
import { removeRole } from '../../src/domain/rules/members.ts'
import { addContacts } from '../../src/quick-actions/actions/add-contacts.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Wanted, world } from '../support/world/world.ts'
import { browsers, lookForBrowser } from './browser.ts'
import { answer, box, contacts, highlighted, options, send } from './issue-page.ts'

let service: RunningService

const customers: Wanted['contacts'] = [
  { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', company: 'Acme' },
  { firstName: 'Bob', lastName: 'Stone', email: 'bob@example.com' },
]

describe.skipIf(!lookForBrowser())('in the browser', () => {
  const { open } = browsers()
  beforeAll(async () => {
    service = await startService()
  })

  async function shop(wanted: Wanted = {}) {
    const there = await world(service, {
      people: { pia: 'planner', dan: 'developer', gus: 'guest' },
      contacts: customers,
      ...wanted,
    })
    const signedIn = async (person: string, options?: BrowserContextOptions) =>
      open(`${service.url}${await there.signInLink(person)}&to=${encodeURIComponent(there.issue.path)}`, options)
    return { ...there, signedIn }
  }

  const isInView = async (what: Locator) => {
    const { y = -1, height = 0 } = (await what.boundingBox()) ?? {}
    return y >= 0 && y + height <= 800
  }

  /** Counts the pages that the browser goes to. */
  function navigations(page: Page): () => number {
    let count = 0
    page.on('framenavigated', () => count++)
    return () => count
  }

  test('type, choose with the keyboard, send: the contact is there without another page', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn('pia')
    const count = navigations(page)
    await contacts(page).getByText('To add active contacts, use /add_contacts.').waitFor()

    await box(page).pressSequentially('/add')
    await highlighted(page).getByText('add_contacts').waitFor()
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('/add_contacts ')

    await page.keyboard.type('[contact:')
    await highlighted(page).getByText('Ann Lee').waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await highlighted(page).textContent()).toContain('bob@example.com')
    await page.keyboard.press('Tab')
    expect(await box(page).inputValue()).toBe('/add_contacts [contact:bob@example.com] ')

    await page.keyboard.press('Control+Enter')
    await answer(page).getByText('Added bob@example.com.').waitFor()
    await contacts(page).getByRole('heading', { name: '1 contact' }).waitFor()
    await contacts(page).getByText('Bob Stone').waitFor()
    await page.getByText('added 1 contact').waitFor()
    expect(await box(page).inputValue()).toBe('')
    expect(await issue.contacts()).toEqual(['bob@example.com'])
    expect(count()).toBe(0)
  })

  test('choose with the mouse, by a name; what is chosen is not offered again, and can be undone', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn('pia')
    await box(page).pressSequentially('Hello\n/add_contacts [contact:ann l')
    await options(page).getByText('Ann Lee').click()
    expect(await box(page).inputValue()).toBe('Hello\n/add_contacts [contact:ann@example.com] ')
    expect(await box(page).evaluate((element) => element === document.activeElement)).toBe(true)
    await page.waitForTimeout(200)
    expect(await options(page).count()).toBe(0)
    await page.keyboard.press('Control+z')
    expect(await box(page).inputValue()).toBe('Hello\n/add_contacts [contact:ann l')
    await page.keyboard.press('Control+Shift+z')

    await page.keyboard.type('[contact:')
    await options(page).first().waitFor()
    expect(await options(page).allTextContents()).toEqual([expect.stringContaining('Bob Stone')])
    await page.keyboard.press('Escape')
    await page.keyboard.type('b')
    await page.waitForTimeout(200)
    expect(await options(page).count()).toBe(0)
    expect(await box(page).inputValue()).toBe('Hello\n/add_contacts [contact:ann@example.com] [contact:b')

    await box(page).fill('Hello\n/add_contacts [contact:ann@example.com] ')
    await send(page)
    await page.locator('.comment').getByText('Hello').waitFor()
    expect(await issue.contacts()).toEqual(['ann@example.com'])
    expect(await issue.comments()).toEqual(['Hello', '[added 1 contact]'])
  })

  test('nothing is asked of the server while the user writes prose', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    const asked: string[] = []
    page.on('request', (request) => request.url().includes('/api/suggestions') && asked.push(request.url()))
    await box(page).pressSequentially('See https://example.com/add_contacts and [contact:')
    await page.waitForTimeout(200)
    expect(asked).toEqual([])
  })

  test('the popup goes when the caret or the focus does', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    await box(page).pressSequentially('/add_contacts ann')
    await options(page).first().waitFor()
    expect(await box(page).getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Home')
    await options(page).first().waitFor({ state: 'detached' })
    await page.keyboard.press('End')
    await page.keyboard.type('@')
    await options(page).first().waitFor()
    await page.getByRole('heading', { level: 1 }).click()
    await options(page).first().waitFor({ state: 'detached' })
    expect(await box(page).getAttribute('aria-expanded')).toBe(null)
  })

  test('another user sees the change at once, and goes on writing where they were', async () => {
    const { signedIn, say } = await shop()
    const page = await signedIn('dan')
    await box(page).pressSequentially('half a sentence')
    const top = () => box(page).evaluate((element) => Math.round(element.getBoundingClientRect().top))
    for (let times = 0; times < 30; times++) await say('pia', `Comment ${times}`)
    await page.getByText('Comment 29').waitFor()
    await box(page).scrollIntoViewIfNeeded()
    const before = await top()
    await say('pia', 'They called.\n/add_contacts ann@example.com')
    await page.getByText('They called.').waitFor()
    await contacts(page).getByText('Ann Lee').waitFor()
    expect(await box(page).inputValue()).toBe('half a sentence')
    expect(await box(page).evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await top()).toBe(before)
  })

  test('a guest sees no contacts, and no popup of any', async () => {
    const { signedIn, say } = await shop()
    await say('pia', '/add_contacts ann@example.com')
    const page = await signedIn('gus')
    expect(await contacts(page).textContent()).toBe('')
    expect(await page.content()).not.toContain('Ann Lee')
    await box(page).pressSequentially('/add_contacts [contact:ann')
    await page.waitForTimeout(300)
    expect(await options(page).count()).toBe(0)
    await send(page)
    await answer(page).getByText("You don't have permission to change this issue's contacts.").waitFor()
  })

  test('without script the form works and shows the answer', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn('pia', { javaScriptEnabled: false })
    await box(page).fill('First line\nsecond line\n/add_contacts ann@example.com zoe@example.com')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('nothing has been sent').waitFor()
    await answer(page).getByText('No contact has the address zoe@example.com.').waitFor()
    expect(await issue.comments()).toEqual([])
    await send(page)
    await answer(page).getByText('Added ann@example.com.').waitFor()
    await contacts(page).getByText('Ann Lee').waitFor()
    expect(await box(page).inputValue()).toBe('/add_contacts zoe@example.com')
    await page.reload()
    expect(await issue.comments()).toEqual(['First line\nsecond line', '[added 1 contact]'])
    await box(page).fill('Only words')
    await send(page)
    expect(page.url()).toMatch(/#note_\d+$/)
    await box(page).fill('  ')
    await send(page)
    await answer(page).getByText("A comment can't be blank.").waitFor()
  })

  test('a preview tells what would happen and leaves the text alone', async () => {
    const { signedIn, issue } = await shop({ inactive: ['old@example.com'] })
    const page = await signedIn('pia')
    await box(page).fill('Hello\n/add_contacts ann@example.com old@example.com')
    await page.getByRole('button', { name: 'Preview' }).click()
    await answer(page).getByText('nothing has been sent').waitFor()
    await answer(page).getByText('old@example.com is inactive and would not be added.').waitFor()
    expect(await answer(page).locator('blockquote').textContent()).toBe('Hello')
    expect(await box(page).inputValue()).toBe('Hello\n/add_contacts ann@example.com old@example.com')
    expect(await issue.contacts()).toEqual([])
  })

  test('a comment full of markup is shown as text', async () => {
    const { signedIn, say } = await shop()
    const body =
      '<script>document.title = "taken"</script><img src=x onerror="document.title = 1">\n</textarea> & "quotes"'
    const page = await signedIn('pia')
    await box(page).fill(body)
    await send(page)
    await page.locator('.comment .prose').waitFor()
    expect(await page.locator('.comment .prose').textContent()).toBe(body)
    await say('dan', '<b>bold</b>')
    await page.getByText('<b>bold</b>').waitFor()
    await page.reload()
    expect(await page.locator('.comment .prose').first().textContent()).toBe(body)
    expect(await page.title()).toContain('It does not work')
  })

  test('Markdown is shown as such, and what it embeds is not loaded', async () => {
    const { signedIn, say } = await shop()
    const body =
      '# Steps\n\n- open `/cart`\n- **pay**\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n![photo](https://tracker.example/x.png)'
    await say('dan', body)
    const page = await signedIn('pia')
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).hostname))
    await page.reload()
    const comment = page.locator('.comment .prose')
    expect(await comment.getByRole('listitem').allTextContents()).toEqual(['open /cart', 'pay'])
    expect(await comment.getByRole('cell').allTextContents()).toEqual(['1', '2'])
    expect(await comment.getByRole('link', { name: 'photo' }).getAttribute('rel')).toBe('noopener nofollow ugc')
    expect(asked).not.toContain('tracker.example')
    await box(page).fill(body)
    await page.getByRole('button', { name: 'Preview' }).click()
    await answer(page).getByRole('heading', { name: 'Steps' }).waitFor()
  })

  test('/help is a table of commands', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    await box(page).fill('/help')
    await send(page)
    await answer(page).getByRole('cell', { name: addContacts.summary }).waitFor()
    expect(await answer(page).getByRole('row').count()).toBe(4)
    expect(await answer(page).textContent()).not.toContain('`')
  })

  test('when the server cannot be reached the text stays, and sending again is sending once', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn('pia')
    await page.route(`**${issue.path}`, async (route) => {
      await route.fetch()
      await route.abort()
    })
    await box(page).fill('They called.\n/contacts')
    await send(page)
    await answer(page).getByText('The server could not be reached.').waitFor()
    expect(await box(page).inputValue()).toBe('They called.\n/contacts')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await send(page)
    await page.locator('.comment').getByText('They called.').waitFor()
    expect(await issue.comments()).toEqual(['They called.'])
  })

  test('two quick clicks send one comment, and two comments of the same words are two', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn('pia')
    await box(page).fill('Once')
    await page.getByRole('button', { name: 'Send' }).dblclick()
    await page.locator('.comment').getByText('Once').waitFor()
    expect(await issue.comments()).toEqual(['Once'])
    await box(page).fill('Once')
    await send(page)
    await page.locator('.comment').getByText('Once').nth(1).waitFor()
    expect(await issue.comments()).toEqual(['Once', 'Once'])
  })

  test('a user who is signed out meanwhile signs in again, and keeps the text', async () => {
    const { signedIn, issue, token } = await shop()
    const page = await signedIn('pia')
    await page.context().clearCookies()
    await box(page).fill('Long thoughts')
    await send(page)
    await answer(page).getByText('Sign in first. Your text is still here.').waitFor()
    expect(await box(page).inputValue()).toBe('Long thoughts')
    expect(await issue.comments()).toEqual([])

    await answer(page).getByRole('link', { name: 'Sign in' }).click()
    await page.getByText('Sign in with an access token').click()
    await page.getByLabel('Access token').fill(await token('pia'))
    await page.getByRole('button', { name: 'Sign in with token' }).click()
    await page.waitForURL(service.url + issue.path)
    expect(await box(page).inputValue()).toBe('Long thoughts')
  })

  test('without script, who is signed out meanwhile is shown their text and where to sign in', async () => {
    const { signedIn, issue, token } = await shop()
    const page = await signedIn('pia', { javaScriptEnabled: false })
    await page.context().clearCookies()
    await box(page).fill('Long thoughts')
    await send(page)
    expect(await page.getByLabel('Your text has not been sent.').inputValue()).toBe('Long thoughts')
    await page.locator('main').getByRole('link', { name: 'Sign in' }).click()
    await page.getByText('Sign in with an access token').click()
    await page.getByLabel('Access token').fill(await token('pia'))
    await page.getByRole('button', { name: 'Sign in with token' }).click()
    await page.waitForURL(service.url + issue.path)
  })

  test('a title and a state that others change are shown at once', async () => {
    const { signedIn, issue, users } = await shop()
    const page = await signedIn('dan')
    const actor = { userId: users.get('pia')?.id as number, via: 'api' }
    await editIssue(service.db, actor, { id: issue.id }, { title: 'It works again', state: 'closed' })
    await page.getByRole('heading', { name: 'It works again', level: 1 }).waitFor()
    await page.locator('#heading').getByText('Closed').waitFor()
    await expect.poll(() => page.title()).toContain('It works again')
  })

  test.each([true, false])('the answer to a comment comes into view (script: %s)', async (javaScriptEnabled) => {
    const { signedIn, say } = await shop()
    for (let times = 0; times < 30; times++) await say('dan', `Comment ${times}`)
    const page = await signedIn('pia', { javaScriptEnabled })
    await box(page).fill(`/contacts${'\n'.repeat(40)}`)
    await send(page)
    await answer(page).getByText('This issue has no contacts.').waitFor()
    await expect.poll(() => isInView(answer(page).locator('.notice'))).toBe(true)
  })

  test('a user who loses permission to see the issue receives nothing more', async () => {
    const { signedIn, say, users, group } = await shop()
    const page = await signedIn('gus')
    await page.waitForTimeout(300)
    await removeRole(service.db, users.get('gus')?.id as number, { group })
    const refused = page.waitForResponse((response) => response.url().endsWith('/live') && response.status() === 404)
    await say('pia', 'Not for guests')
    await refused
    expect(await page.content()).not.toContain('Not for guests')
  })

  test('the keyboard alone is enough', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn('pia')
    const focused = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.id)
    for (let times = 0; times < 10 && (await focused()) !== 'body'; times++) await page.keyboard.press('Tab')
    await page.keyboard.type('/add_contacts st')
    await highlighted(page).getByText('Bob Stone').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Send')
    await page.keyboard.press('Space')
    await answer(page).getByText('Added bob@example.com.').waitFor()
    expect(await issue.contacts()).toEqual(['bob@example.com'])
    expect(await focused()).toBe('Send')
  })
})
