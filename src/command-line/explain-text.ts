// An explanation as text, stage by stage.
import type { Explanation } from '../pipeline/explain.ts'

const list = (lines: readonly string[], none: string) => (lines.length > 0 ? lines : [none]).map((line) => `  ${line}`)

/** The stages in order. */
export function explainAsText({ interpretation, outcome }: Explanation, username: string): string {
  const { text, commands, hints, accepted, refused } = interpretation
  const { result, answer, publicAnswer } = outcome
  return [
    'Commands',
    ...list(
      [...commands.map(({ line, name, arguments: words }) => `line ${line}: /${name} ${words}`.trimEnd()), ...hints],
      'none',
    ),
    'Remaining text',
    ...list(text === '' ? [] : text.split('\n'), 'none'),
    'Permissions',
    ...list(
      [
        ...accepted.map((name) => `/${name}: ${username} has permission`),
        ...refused.map(({ command, reason }) => `/${command}: ${reason}`),
      ],
      'none needed',
    ),
    'Changes',
    ...list(result.refused ? [result.refused] : result.outcomes.map((one) => `${one.address}: ${one.outcome}`), 'none'),
    'Private answer',
    ...list([...answer], 'none'),
    'Public answer',
    ...list([...publicAnswer], 'none'),
  ].join('\n')
}
