// An explanation as text: the stages of the way, one under the other.
import type { Explanation } from '../pipeline/explain.ts'

const list = (lines: readonly string[], none: string) => (lines.length > 0 ? lines : [none]).map((line) => `  ${line}`)

/** The stages in the order in which they happen. */
export function explainAsText({ interpretation, outcome }: Explanation, username: string): string {
  const { text, commands, hints, accepted, refused } = interpretation
  const { result, answer, publicAnswer } = outcome
  return [
    'Understood',
    ...list([...commands.map(({ line, name, arguments: words }) => `line ${line}: /${name} ${words}`.trimEnd()), ...hints], 'no command'),
    'Left of the text',
    ...list(text === '' ? [] : text.split('\n'), 'nothing'),
    'Permitted',
    ...list(
      [...accepted.map((name) => `/${name}: ${username} may`), ...refused.map(({ command, reason }) => `/${command}: ${reason}`)],
      'nothing was asked',
    ),
    'Would change',
    ...list(result.refused ? [result.refused] : result.outcomes.map((one) => `${one.address}: ${one.outcome}`), 'nothing'),
    'Would answer',
    ...list([...answer], 'nothing'),
    'Would answer in public',
    ...list([...publicAnswer], 'nothing'),
  ].join('\n')
}
