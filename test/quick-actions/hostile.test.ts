// Hostile comments of 32 KiB; the longest ones are in test/soaks. How fast is measured by the bench; a loop is stopped by
// the time that every test has.
import { test } from 'vitest'
import { expectUnderstood, hostileTexts } from '../support/hostile-texts.ts'

test.each(hostileTexts(32 * 1024))('%j', (_, body) => expectUnderstood(body))
