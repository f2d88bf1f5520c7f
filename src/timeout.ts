// Waiting for something, but only for a limited time.

/**
 * Waits for work, at most that many milliseconds; the work itself goes on.
 * @param late the result if the time is over; it can also throw
 * @throws what the work throws in time; what it throws later is for `late` to handle, otherwise it is ignored
 */
export async function withTimeout<T, L>(work: Promise<T>, milliseconds: number, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<() => L>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late)
  })
  const done = work.then((value) => () => value)
  const first = await Promise.race([done, timeout]).finally(() => clearTimeout(timer))
  return first()
}
