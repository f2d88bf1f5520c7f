// A crowd: everybody does one random operation of the model test after the other, and comments in between, until the
// time is over.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { type Photo, takePhoto } from '../model/photo.ts'
import { anAddress, one, people, which } from '../model/seed.ts'
import type { Figures, Step } from '../model/step.ts'
import type { RunningService } from '../service/service.ts'

const comment = fc.record({
  issue: which,
  who: fc.nat({ max: people.length - 2 }),
  verb: fc.constantFrom('add', 'add', 'remove'),
  address: anAddress,
})
type Said = typeof comment extends fc.Arbitrary<infer Value> ? Value : never

async function say({ submit }: RunningService, photo: Photo, { issue, who, verb, address }: Said): Promise<string> {
  const { receipt, outcome } = await submit({
    kind: 'comment',
    via: 'web',
    delivery: randomUUID(),
    on: { id: one(photo.issues, issue).id },
    author: { userId: one(photo.users, who).id },
    body: `/${verb}_contacts ${address}`,
  })
  return `says: ${receipt.status === 'refused' ? receipt.why : (outcome?.result.outcomes[0]?.outcome ?? 'nothing')}`
}

const reasonOf = (fault: unknown): string => {
  const { message, cause } = fault as Error
  return `${message.slice(0, 200)} … ${cause instanceof Error ? cause.message : ''}`
}

interface Wanted {
  steps: fc.Arbitrary<Step>
  howMany: number
  seconds: number
  seed: number
}

/**
 * Lets a crowd do what it wants, as long as it is given.
 * @returns what its operations came to, and everything that was thrown: that should be nothing
 */
export async function actAsCrowd(
  service: RunningService,
  { steps, howMany, seconds, seed }: Wanted,
): Promise<{ figures: Figures; faults: string[] }> {
  const end = Date.now() + seconds * 1_000
  const figures: Figures = { steps: 0, verdicts: {} }
  const faults: string[] = []
  const act = async (at: number) => {
    const wanted = fc.sample(fc.tuple(steps, comment, which), { numRuns: 200 * seconds, seed: seed + at })
    for (const [step, said, n] of wanted) {
      if (Date.now() > end) return
      const photo = await takePhoto(service.db)
      const done = n % 5 === 0 ? say(service, photo, said) : step.amongOthers(service.db, photo)
      const verdict = await done.catch((fault: unknown) => void faults.push(`${step}: ${reasonOf(fault)}`))
      figures.steps++
      if (verdict) figures.verdicts[verdict] = (figures.verdicts[verdict] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: howMany }, (_, at) => act(at)))
  return { figures, faults }
}
