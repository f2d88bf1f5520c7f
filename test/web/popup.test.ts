// The popup of the comment box in a browser: what it offers, which row is chosen, what a choice replaces.
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service.ts'
import { type Wanted, world } from '../support/world.ts'
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

  const box = (page: Page) => page.getByRole('textbox', { name: 'Comment' }).or(page.getByRole('combobox', { name: 'Comment' }))
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
})
