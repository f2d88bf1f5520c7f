// Reading what an operation came to.
import { expect } from 'vitest'
import type { Result } from '../../../src/domain/rules/results.ts'
import type { Db } from '../../../src/storage/db.ts'
import { fingerprint } from './undo.ts'

/** What came of an operation that must not be refused. */
export function must<Value>({ value, refused }: Result<Value>): Value {
  if (refused) throw new Error(refused.reason)
  return value
}

/** `field: what is wrong with it`, for each fault; of another refusal its reason; nothing if it was done. */
export function faultsOf({ refused }: Result<unknown>): string[] {
  if (!refused) return []
  return refused.why === 'invalid' ? refused.faults.map(({ field, fault }) => `${field}: ${fault}`) : [refused.reason]
}

/** What is said against an operation, which must write nothing then. */
export async function refusedIn(db: Db, operation: () => Promise<Result<unknown>>): Promise<string[]> {
  const before = await fingerprint(db)
  const faults = faultsOf(await operation())
  expect(await fingerprint(db)).toBe(before)
  return faults
}
