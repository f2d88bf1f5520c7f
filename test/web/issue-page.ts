// The parts of an issue's page, as users and screen readers find them.
import type { Page } from 'playwright-core'

export const box = (page: Page) =>
  page.getByRole('textbox', { name: 'Comment' }).or(page.getByRole('combobox', { name: 'Comment' }))
export const options = (page: Page) => page.getByRole('option')
export const highlighted = (page: Page) => page.getByRole('option', { selected: true })
export const contacts = (page: Page) => page.locator('#contacts')
export const answer = (page: Page) => page.getByRole('status')
export const press = (page: Page, name: string) => page.getByRole('button', { name }).click()
export const send = (page: Page) => press(page, 'Send')
