// Runs with every test file: one process tests many of them, and none leaves anything to the next.
import { afterAll } from 'vitest'
import { closeAll } from './at-end.ts'

afterAll(closeAll)
