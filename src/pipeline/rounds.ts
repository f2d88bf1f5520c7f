// Work in rounds: what arrives during a round makes up the next one, so that a busy process handles many in the
// statements of one.

interface Asked<Ask, Answer> {
  ask: Ask
  resolve: (answer: Answer) => void
  reject: (fault: unknown) => void
}

/**
 * Collects requests into rounds, one at a time.
 * @param round answers some requests together, all or nothing, in their order
 * @param most how many requests a round can have
 * @returns a function for each request. If a round fails, each of its requests is retried alone, so that one does not
 * affect the others.
 */
export function together<Ask, Answer>(
  round: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  most: number,
): (ask: Ask) => Promise<Answer> {
  const waiting: Asked<Ask, Answer>[] = []
  let running = false

  const answer = async (asked: readonly Asked<Ask, Answer>[]): Promise<void> => {
    try {
      const answers = await round(asked.map(({ ask }) => ask))
      for (const [at, { resolve }] of asked.entries()) resolve(answers[at] as Answer)
    } catch (fault) {
      if (asked.length === 1) asked[0]?.reject(fault)
      else for (const one of asked) await answer([one])
    }
  }

  const run = async () => {
    running = true
    while (waiting.length > 0) await answer(waiting.splice(0, most))
    running = false
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject })
      if (!running) void run()
    })
}

/**
 * The same for ids that may need several rounds.
 * @param round works on some ids together and returns those that are finished; the others go into the next round
 * @returns a function for each id; it settles when that id is finished
 */
export function untilFinished(
  round: (ids: readonly number[]) => Promise<readonly number[]>,
  most: number,
): (id: number) => Promise<void> {
  const isFinished = together(async (ids: readonly number[]) => {
    const finished = new Set(await round([...new Set(ids)]))
    return ids.map((id) => finished.has(id))
  }, most)
  return async (id) => {
    while (!(await isFinished(id)));
  }
}
