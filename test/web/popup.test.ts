// The popup of the comment box in a browser: what it offers, which row is chosen, what a choice replaces.
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Wanted, world } from '../support/world/world.ts'
import { browsers, lookForBrowser } from './browser.ts'

let service: RunningService

const customers: Wanted['contacts'] = [
  { firstName: 'Chidi', lastName: 'Okafor', email: 'chidi@example.com' },
  { firstName: 'Ngozi', lastName: 'Okoro', email: 'ngozi@example.com' },
]

describe.skipIf(!lookForBrowser())('in the browser', () => {
  const { open } = browsers()
  beforeAll(async () => {
    service = await startService()
  })

  async function shop(wanted: Wanted = {}) {
    const there = await world(service, { people: { pia: 'planner', gus: 'guest' }, contacts: customers, ...wanted })
    const signedIn = async (person: string) =>
      open(`${service.url}${await there.signInLink(person)}&to=${encodeURIComponent(there.issue.path)}`)
    return { ...there, signedIn }
  }

  const box = (page: Page) =>
    page.getByRole('textbox', { name: 'Comment' }).or(page.getByRole('combobox', { name: 'Comment' }))
  const options = (page: Page) => page.getByRole('option')
  const highlighted = (page: Page) => page.getByRole('option', { selected: true })

  test('choosing /add_contacts opens the list, and a name of two words is looked up and replaced whole', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    await box(page).pressSequentially('/add')
    await highlighted(page).getByText('add_contacts').waitFor()
    await page.keyboard.press('Enter')
    await options(page).getByText('Chidi Okafor').waitFor()
    expect(await highlighted(page).count()).toBe(0)

    await page.keyboard.type('ngozi ok')
    await options(page).getByText('Chidi Okafor').waitFor({ state: 'detached' })
    await highlighted(page).getByText('Ngozi Okoro').waitFor()
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('/add_contacts [contact:ngozi@example.com] ')
  })

  test('Enter takes the first row right after [contact:', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    await box(page).pressSequentially('/add_contacts [contact:')
    await highlighted(page).getByText('Chidi Okafor').waitFor()
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('/add_contacts [contact:chidi@example.com] ')
  })

  test('no match is a row that cannot be chosen; users without access to contacts get none', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    await box(page).pressSequentially('/add_contacts zzz')
    await page.getByText('No active contact matches').waitFor()
    expect(await options(page).count()).toBe(0)
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('/add_contacts zzz\n')
    const guest = await signedIn('gus')
    await box(guest).pressSequentially('/add_contacts zzz')
    await guest.waitForTimeout(300)
    expect(await guest.getByText('No active contact matches').count()).toBe(0)
  })

  test('there is one selected row, whether the mouse or the keyboard moves it', async () => {
    const { signedIn } = await shop()
    const page = await signedIn('pia')
    await box(page).pressSequentially('/add_contacts [contact:')
    await highlighted(page).getByText('Chidi Okafor').waitFor()
    await options(page).getByText('Ngozi Okoro').hover()
    await highlighted(page).getByText('Ngozi Okoro').waitFor()
    expect(await highlighted(page).count()).toBe(1)
    await page.keyboard.press('ArrowUp')
    await highlighted(page).getByText('Chidi Okafor').waitFor()
    const colours = await options(page).evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor))
    expect(new Set(colours).size).toBe(2)
    expect(colours[1]).toBe('rgba(0, 0, 0, 0)')
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('/add_contacts [contact:chidi@example.com] ')
  })

  test('rows have one height, and the list leaves the buttons free', async () => {
    const long = {
      firstName: 'Maximiliane',
      lastName: 'von und zu '.repeat(12),
      email: 'max@example.com',
      company: 'Long '.repeat(40),
    }
    const many = Array.from({ length: 10 }, (_, at) => `many${at}@example.com`)
    const { signedIn } = await shop({ contacts: [...many, long] })
    const page = await signedIn('pia')
    await box(page).pressSequentially('/add_contacts example')
    await options(page).first().waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('/add_contacts max')
    await highlighted(page).getByText('Maximiliane').waitFor()
    const height = (await options(page).first().boundingBox())?.height
    await page.keyboard.press('Control+a')
    await page.keyboard.type('/add_contacts many')
    await options(page).getByText('many0@').waitFor()
    // While an answer to earlier keys is replaced by the next, there are no rows for a moment.
    await expect.poll(async () => (await options(page).first().boundingBox())?.height).toBe(height)
    const button = (await page.getByRole('button', { name: 'Send' }).boundingBox()) as { y: number; height: number }
    const isFree = async () => {
      const list = await page.getByRole('listbox').boundingBox()
      return list && (list.y + list.height <= button.y || list.y >= button.y + button.height)
    }
    await expect.poll(isFree).toBe(true)
  })
})
