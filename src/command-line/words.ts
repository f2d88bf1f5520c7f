// The commands that need the data, as they are typed: from this list the executable offers them and prints its help.

export interface DataCommand {
  /** What is typed: `user create`. */
  name: string
  /** Its arguments: `<username>`. */
  takes?: string
  description: string
  options?: readonly (readonly [flags: string, meaning: string, needed?: 'needed'])[]
  /** A comment comes on standard input. */
  reads?: true
}

const onIssue = [
  ['--on <issue>', 'the issue, like acme/shop#3', 'needed'],
  ['--as <username>', 'who is speaking', 'needed'],
] as const

export const dataCommands: readonly DataCommand[] = [
  {
    name: 'explain',
    description: 'reads a comment from standard input, prints every stage, changes nothing',
    options: [...onIssue, ['--json', 'as JSON']],
    reads: true,
  },
  { name: 'comment', description: 'reads a comment from standard input and takes it in for real', options: onIssue, reads: true },
  {
    name: 'user create',
    takes: '<username>',
    description: 'creates a user',
    options: [
      ['--name <name>', 'full name'],
      ['--email <address>', 'mail address'],
      ['--admin', 'may do everything'],
      ['--role <role>', 'guest, planner, reporter, developer, maintainer or owner'],
      ['--in <path>', 'the group or project in which the role is held'],
    ],
  },
  { name: 'user block', takes: '<username>', description: 'blocks a user and ends their sessions' },
  { name: 'user unblock', takes: '<username>', description: 'lets a blocked user in again' },
  {
    name: 'token create',
    takes: '<username>',
    description: 'creates an access token and prints it, once',
    options: [
      ['--name <name>', 'what it is for'],
      ['--read-only', 'it may only read'],
    ],
  },
  { name: 'sign-in-link', takes: '<username>', description: 'prints a one-time link that signs a user in; it expires in ten minutes' },
  { name: 'link-code', takes: '<username>', description: 'prints a code by which a user proves elsewhere who they are, once' },
  { name: 'sample', description: 'creates the sample workspace' },
  { name: 'sweep', description: 'asks again for everything that is not finished' },
  { name: 'failed', description: 'lists the comments that were given up, with the fault' },
  { name: 'retry', takes: '[ids...]', description: 'starts failed comments again', options: [['--all', 'all of them']] },
]

/** What a command of two words begins with. */
export const families: Readonly<Record<string, string>> = { user: 'users', token: 'access tokens' }
