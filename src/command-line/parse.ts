// `rolobot parse`: what a comment consists of, without a database.
import { understand } from '../quick-actions/commands.ts'

/** The text that remains, the commands, and the hints of a comment, as one line of JSON. */
export function commandsAsJson(comment: string): string {
  const { text, commands, hints } = understand(comment)
  const shown = commands.map(({ name, arguments: words, line }) => ({ name, arguments: words, line }))
  return JSON.stringify({ text, commands: shown, hints })
}
