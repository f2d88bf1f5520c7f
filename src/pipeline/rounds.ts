// Work in rounds: what comes while a round is under way makes up the next one, so that a busy worker does for many what it did for one.

interface Asked {
  promise: Promise<void>
  resolve: () => void
  reject: (fault: unknown) => void
}

function ask(): Asked {
  let settle: Pick<Asked, 'resolve' | 'reject'> = { resolve: () => {}, reject: () => {} }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}

/**
 * Gathers ids into rounds, one at a time.
 * @param round works on some ids together, all or nothing, and returns those that are finished; the others are in the next round again
 * @param most how many ids a round can have
 * @returns what to call for each id; it settles when that id is finished. When a round fails, each of its ids is tried alone, so that one
 *   does not spoil the others.
 */
export function inRounds(round: (ids: readonly number[]) => Promise<readonly number[]>, most: number): (id: number) => Promise<void> {
  const asked = new Map<number, Asked>()
  let running = false

  const finish = (ids: readonly number[]) => {
    for (const id of ids) {
      asked.get(id)?.resolve()
      asked.delete(id)
    }
  }

  const alone = async (id: number) => {
    try {
      finish(await round([id]))
    } catch (fault) {
      asked.get(id)?.reject(fault)
      asked.delete(id)
    }
  }

  const together = async (ids: readonly number[]) => {
    try {
      finish(await round(ids))
    } catch {
      for (const id of ids) await alone(id)
    }
  }

  const run = async () => {
    running = true
    while (asked.size > 0) {
      const ids = [...asked.keys()].slice(0, most)
      await (ids.length === 1 ? alone(ids[0] as number) : together(ids))
    }
    running = false
  }

  return (id) => {
    const one = asked.get(id) ?? ask()
    asked.set(id, one)
    if (!running) void run()
    return one.promise
  }
}
