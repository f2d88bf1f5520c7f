// What a comment comes to, on the page of its issue: how it looks, what stays in the box, and what can be done about
// it.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'
import { browsers, lookForBrowser } from './browser.ts'
import { answer, box, contacts, press, send } from './issue-page.ts'

let service: RunningService

const customers = [
  { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com' },
  { firstName: 'Ann', lastName: 'Wolff', email: 'wolff@example.com' },
  { firstName: 'Bob', lastName: 'Stone', email: 'bob@example.com' },
  { firstName: 'Bob', lastName: 'Reed', email: 'reed@example.com' },
]

// A page behaves alike with script and without.
describe.skipIf(!lookForBrowser()).each([true, false])('in the browser, script: %s', (javaScriptEnabled) => {
  const { open } = browsers()
  beforeAll(async () => {
    service ??= await startService()
  })

  async function shop(options: BrowserContextOptions = {}) {
    const there = await world(service, {
      people: { pia: 'planner', gus: 'guest' },
      contacts: customers,
      inactive: ['old@example.com'],
    })
    const signedIn = async (person = 'pia') =>
      open(`${service.url}${await there.signInLink(person)}&to=${encodeURIComponent(there.issue.path)}`, {
        javaScriptEnabled,
        ...options,
      })
    return { ...there, signedIn }
  }

  async function sends(page: Page, text: string): Promise<void> {
    await box(page).fill(text)
    await send(page)
  }

  test.each([
    ['done', 'Done', '/add_contacts bob@example.com', ''],
    [
      'partly',
      'Partly done',
      'Hello\n/add_contacts bob@example.com, old@example.com zoe@example.com',
      '/add_contacts old@example.com, zoe@example.com',
    ],
    ['refused', 'Not done', '/add_contacts zoe@example.com', '/add_contacts zoe@example.com'],
    ['unsent', 'Not sent', '  ', '  '],
  ])('%s is told in words, with an icon; what failed stays in the box', async (state, words, text, left) => {
    const { signedIn } = await shop()
    const page = await signedIn()
    await sends(page, text)
    const notice = answer(page).locator(`.notice.${state}`)
    await notice.getByText(words, { exact: true }).waitFor()
    expect(await notice.locator('svg').count()).toBe(1)
    expect(await box(page).inputValue()).toBe(left)
  })

  test('what a guest asked stays in the box', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('gus')
    await sends(page, '/add_contacts bob@example.com')
    await answer(page).locator('.notice.refused').waitFor()
    expect(await box(page).inputValue()).toBe('/add_contacts bob@example.com')
  })

  test('a corrected text is sent as another comment', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn()
    await sends(page, 'They called.\n/add_contacts bob@exmple.com')
    await answer(page).locator('.notice.partly').waitFor()
    expect(await box(page).inputValue()).toBe('/add_contacts bob@exmple.com')
    await sends(page, '/add_contacts bob@example.com')
    await answer(page).locator('.notice.done').waitFor()
    expect(await issue.comments()).toEqual(['They called.', '[added 1 contact]'])
  })

  test('a name that several contacts fit is chosen by a button, one name after the other', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn()
    await sends(page, '/add_contacts ann, bob, zoe')
    await press(page, 'Add Ann Wolff (wolff@example.com)')
    await contacts(page).getByText('Ann Wolff').waitFor()
    expect(await box(page).inputValue()).toBe('/add_contacts bob, zoe')
    await press(page, 'Add Bob Reed (reed@example.com)')
    await contacts(page).getByText('Bob Reed').waitFor()
    expect(await box(page).inputValue()).toBe('/add_contacts zoe')
    expect(await issue.contacts()).toEqual(['wolff@example.com', 'reed@example.com'])
    expect(await issue.comments()).toEqual(['[added 1 contact]', '[added 1 contact]'])
  })

  test('what is nearly a command is not posted, and runs when that is what was meant', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn()
    await sends(page, '/add contacts bob@example.com')
    await answer(page).getByText('Did you mean /add_contacts?').waitFor()
    expect(await box(page).inputValue()).toBe('/add contacts bob@example.com')
    expect(await issue.comments()).toEqual([])
    await press(page, 'Run /add_contacts')
    await answer(page).getByText('Added bob@example.com.').waitFor()
    expect(await box(page).inputValue()).toBe('')
    expect(await issue.comments()).toEqual(['[added 1 contact]'])
  })

  test('what is nearly a command is posted as text when that is what was meant', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn()
    await sends(page, '/addcontacts is how one writes it')
    await press(page, 'Post as text')
    await page.locator('.comment').getByText('/addcontacts is how one writes it').waitFor()
    expect(await issue.comments()).toEqual(['/addcontacts is how one writes it'])
    expect(await box(page).inputValue()).toBe('')
    expect(await answer(page).textContent()).toBe('')
  })

  test('a comment that says more than a near miss is posted, with a hint', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn()
    await sends(page, 'They called.\n/add contacts bob@example.com')
    await answer(page).getByText('Did you mean /add_contacts?').waitFor()
    expect(await answer(page).locator('.notice.partly').count()).toBe(1)
    expect(await issue.comments()).toEqual(['They called.\n/add contacts bob@example.com'])
  })

  test('a preview says what would be', async () => {
    const { signedIn, issue } = await shop()
    const page = await signedIn()
    await box(page).fill('/add_contacts bob@example.com')
    await press(page, 'Preview')
    await answer(page).getByText('No comment will be posted: it contains only commands.').waitFor()
    await answer(page).getByText('Would add bob@example.com.').waitFor()
    expect(await issue.contacts()).toEqual([])
  })
})
