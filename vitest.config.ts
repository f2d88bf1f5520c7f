// The stories run on the embedded database, and again on Postgres and Redis if these are available. Tests that start and kill many processes,
// and clients made by others, are `slow`: they run by `npm run test:slow`.
import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'
import { lookForServices } from './test/support/service/services.ts'

export default defineConfig(async () => {
  const services = await lookForServices()
  const stories = ['test/stories/**/*.test.ts', 'test/domain/**/*.test.ts']
  const slow = ['test/processes/**/*.test.ts', 'test/clients/**/*.test.ts']
  const on = (name: string) => ({ extends: true as const, test: { name, include: stories, env: { TEST_ON: name } } })
  return {
    // The same file that Node gives to the libraries: its types are known by identity.
    resolve: { alias: { graphql: createRequire(import.meta.url).resolve('graphql') } },
    test: {
      globalSetup: ['test/support/service/setup.ts'],
      testTimeout: 90_000,
      hookTimeout: 120_000,
      // A busy machine takes its time, and what is polled for comes in the end or never.
      expect: { poll: { timeout: 20_000 } },
      // Two cores: the databases work beside the tests.
      maxWorkers: 2,
      reporters: process.env.TEST_REPORT ? ['default', 'json'] : ['default'],
      outputFile: { json: process.env.TEST_REPORT ?? '' },
      projects: [
        { extends: true as const, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...stories, ...slow] } },
        { extends: true as const, test: { name: 'slow', include: slow } },
        on('embedded'),
        ...(services ? [on('services')] : []),
      ],
    },
  }
})
