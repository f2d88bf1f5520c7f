// Long work is announced when it begins, and its duration is added when it is done: `Creating the database… (4 s)`.

/** One line about long work; `end` prints nothing if the work never began. */
export function progressOf(what: string, write: (text: string) => void): { begin(): void; end(): void } {
  let start: number | undefined
  return {
    begin() {
      start = Date.now()
      write(`${what}…`)
    },
    end() {
      if (start !== undefined) write(` (${Math.ceil((Date.now() - start) / 1000)} s)\n`)
    },
  }
}
