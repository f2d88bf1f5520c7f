// The data commands and their arguments. cli.ts builds the commands and their help from this list.

export interface DataCommand {
  /** What is typed: `user create`. */
  name: string
  /** Its arguments: `<username>`. */
  takes?: string
  description: string
  options?: readonly (readonly [flags: string, meaning: string, needed?: 'needed'])[]
  /** Whether it reads a comment from standard input. */
  reads?: true
}

const onIssue = [
  ['--on <issue>', 'the issue, like acme/shop#3', 'needed'],
  ['--as <username>', 'the author of the comment', 'needed'],
] as const

const role = ['--role <role>', 'guest, planner, reporter, developer, maintainer, or owner'] as const

export const dataCommands: readonly DataCommand[] = [
  {
    name: 'explain',
    description: 'read a comment from standard input and print what it would do, stage by stage',
    options: [...onIssue, ['--json', 'print JSON']],
    reads: true,
  },
  { name: 'comment', description: 'read a comment from standard input and post it', options: onIssue, reads: true },
  {
    name: 'user list',
    description: 'list users',
    options: [['--search <text>', 'only users with this text in their name or username, or with this email address']],
  },
  {
    name: 'user create',
    takes: '<username>',
    description: 'create a user',
    options: [
      ['--name <name>', 'full name'],
      ['--email <address>', 'email address'],
      ['--admin', 'make the user an administrator'],
      role,
      ['--in <path>', 'the group or project where the user gets the role'],
    ],
  },
  { name: 'user block', takes: '<username>', description: 'block a user and end their sessions' },
  { name: 'user unblock', takes: '<username>', description: 'unblock a user' },
  {
    name: 'user role',
    takes: '<username>',
    description: "set a user's role in a group or project, or take it away",
    options: [
      ['--in <path>', 'the group or project', 'needed'],
      role,
      ['--none', 'take the role away; inherited roles remain'],
    ],
  },
  {
    name: 'user reset',
    takes: '<username>',
    description: 'print a one-time link that lets a user set a password; it expires in an hour',
  },
  { name: 'token list', takes: '<username>', description: "list a user's active access tokens" },
  {
    name: 'token create',
    takes: '<username>',
    description: 'create an access token and print it, once',
    options: [
      ['--name <name>', 'what the token is for'],
      ['--read-only', 'the token can only read'],
    ],
  },
  { name: 'token revoke', takes: '<id>', description: 'revoke an access token' },
  {
    name: 'sign-in-link',
    takes: '<username>',
    description: 'print a one-time link that signs a user in; it expires in ten minutes',
  },
  { name: 'link-code', takes: '<username>', description: "print a one-time code that links a user's Slack account" },
  { name: 'sample', description: 'create the sample workspace' },
  { name: 'sweep', description: 're-queue unfinished work' },
  { name: 'failed', description: 'list comments that failed permanently, with the error' },
  { name: 'retry', takes: '[ids...]', description: 'retry failed comments', options: [['--all', 'retry all of them']] },
]

/** The first word of a two-word command. */
export const families: Readonly<Record<string, string>> = { user: 'manage users', token: 'manage access tokens' }
