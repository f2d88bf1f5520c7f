// `npm test` runs the stories and the tests of the rules on the embedded database; `npm run test:services` runs them again on
// Postgres and Redis, if these are available.
// Tests that start and kill many processes, soaks, and clients made by others are `slow`: they run by `npm run test:slow`.
import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { lookForServices } from './test/support/service/services.ts'

// A fresh checkout knows no durations, and would start some of these last.
const longFiles =
  /(?:web\/(?:answers|issue)|parse|domain\/(?:model|permissions|permitted-operations|issue-lists)|logs)\.test\.ts$/

/** One project after the other, as a process serves only one, and loading the program takes it seconds; in each, long files first. */
class InOrderOfProjects extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const names = [...new Set(files.map(({ project }) => project.name))]
    const rankOf = ({ project, moduleId }: TestSpecification) =>
      names.indexOf(project.name) * 2 + (longFiles.test(moduleId) ? 0 : 1)
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other))
  }
}

export default defineConfig(async () => {
  const services = await lookForServices()
  const stories = ['test/stories/**/*.test.ts', 'test/domain/**/*.test.ts']
  const slow = ['processes', 'clients', 'soaks'].map((folder) => `test/${folder}/**/*.test.ts`)
  const project = (name: string, more: object) => ({ extends: true as const, test: { name, ...more } })
  const on = (name: string, include = stories) => project(name, { include, env: { TEST_ON: name } })
  return {
    // The same file that Node gives to the libraries: its types are known by identity.
    resolve: { alias: { graphql: createRequire(import.meta.url).resolve('graphql') } },
    test: {
      globalSetup: ['test/support/service/setup.ts'],
      setupFiles: ['test/support/service/every-file.ts'],
      testTimeout: 90_000,
      hookTimeout: 120_000,
      // A busy machine takes its time, and what is polled for comes in the end or never.
      expect: { poll: { timeout: 20_000 } },
      // One more than the two cores: now and then a test waits for a browser, a process, or the end of a pause.
      maxWorkers: 3,
      // A process loads the program once and tests file after file.
      isolate: false,
      pool: 'threads',
      sequence: { sequencer: InOrderOfProjects },
      reporters: process.env.TEST_REPORT ? ['default', 'json'] : ['default'],
      outputFile: { json: process.env.TEST_REPORT ?? '' },
      projects: [
        project('alone', { include: ['test/**/*.test.ts'], exclude: [...stories, ...slow] }),
        project('slow', { include: slow, isolate: true, pool: 'forks' }),
        on('embedded'),
        on('services', services ? stories : []),
      ],
    },
  }
})
