// Real browsers for the stories: each person has one of their own.
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'

// Without a window of its own, Chromium takes half the time.
const usual = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const
const executablePath = process.env.CHROMIUM ?? usual.find((path) => existsSync(path)) ?? usual[0]
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Is there a browser? Without one the stories are left out and the reason is printed; on CI that is a failure. */
export function lookForBrowser(): boolean {
  if (existsSync(executablePath)) return true
  const lacking = `there is no Chromium at ${executablePath} (CHROMIUM)`
  if (process.env.CI === 'true') throw new Error(`The stories in the browser cannot be run: ${lacking}.`)
  process.stdout.write(`Not run: the stories in the browser, as ${lacking}.\n`)
  return false
}

/** Opens browsers for the stories of a file; those of one story are closed after it. */
export function browsers(): { open(url: string, options?: BrowserContextOptions): Promise<Page> } {
  let browser: Browser
  let contexts: BrowserContext[] = []
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: [...args, ...quiet] })
  })
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    contexts = []
  })
  afterAll(() => browser?.close())
  return {
    /** A page at an address, in a browser that nobody has used before; a one-time link has signed in already. */
    async open(url, options) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      contexts.push(context)
      const page = await context.newPage()
      page.setDefaultTimeout(30_000)
      await page.goto(url.includes('/users/sign_in?link=') ? await enter(context, url) : url)
      return page
    },
  }
}

/** Uses up a one-time link as its button does, without loading its page. @returns where it leads */
async function enter({ request }: BrowserContext, url: string): Promise<string> {
  const { origin, pathname, searchParams } = new URL(url)
  const form = Object.fromEntries(searchParams)
  const response = await request.post(origin + pathname, { form, maxRedirects: 0 })
  return new URL(response.headers().location ?? '', origin).href
}
