// Hostile comments as long as a comment can be.
import { test } from 'vitest'
import { longestComment } from '../../src/pipeline/comment.ts'
import { expectUnderstood, hostileTexts } from '../support/hostile-texts.ts'

test.each(hostileTexts(longestComment))('%j', (_, body) => expectUnderstood(body))
