// Which two operations are most likely to come into each other's way.
import { type OperationName, operations } from './operations.ts'

const table = {
  'says that Cat is to be added': [
    'makes Cat inactive',
    'gives Cat another address',
    'deletes Cat',
    'merges Cat into Ann',
    'merges Cat into Zoe, who has no address',
    'moves the issue to a/sub',
    'moves the issue to b',
    'moves the project to a/sub',
    'moves the project to b',
    'moves a into b',
    'turns customer relations of a off',
  ],
  'says that Cat is to be added in a/new': ['names b as the source of a/new', 'moves a/new into b'],
  'says that Cat comes and Bob goes': ['replaces all by Cat', 'merges Bob into Cat'],
  'adds Cat': [
    'makes Cat inactive',
    'deletes Cat',
    'merges Cat into Ann',
    'merges Cat into Zoe, who has no address',
    'moves the issue to b',
    'moves the project to b',
    'moves a into b',
    'clones the issue in a/sub',
  ],
  'adds Cat and Bob in a/new': [
    'names b as the source of a/new',
    'names a as the source of a/new',
    'moves a/new into b',
  ],
  'replaces all by Cat': ['removes Bob', 'deletes Bob'],
  'moves the issue to b': [
    'merges Bob into Cat',
    'moves the issue of a/sub to a',
    'moves the project to a/sub',
    'moves a into b',
  ],
  'moves the project to b': ['merges Bob into Cat', 'deletes Bob', 'moves a into b'],
  'moves a/sub into b': [
    'merges Bob into Cat',
    'merges Bob into Zoe, who has no address',
    'deletes Bob',
    'makes Cat inactive',
    'creates b@x.io in b',
    'says that Ann is to be added in b',
    'moves a into b',
    'creates the group b/sub',
  ],
  'moves a into b': [
    'moves b into a',
    'merges Bob into Cat',
    'merges Acme into Beta',
    'renames Acme of b',
    'renames Beta to what b has',
    'deletes Acme of b',
    'creates Beta in b',
    'gives Bob the address d@x.io',
    'gives Cat an organization',
    'names a as the source of b',
  ],
  'moves e/team into b': [
    'deletes Kim',
    'makes Kim inactive',
    'merges Kim into Lea, who has no address',
    'removes all in e',
    'creates k@x.io in b',
    'renames Gamma',
    'deletes Gamma',
    'moves c into b',
  ],
  'moves a/sub to the top': ['moves the project to a/sub', 'clones the issue in a/sub'],
  'renames a to x': ['renames b to x', 'creates the group x', 'moves the issue to b'],
  'creates the group a/y': ['creates the project a/y', 'renames the project to a/y', 'renames a/sub to y'],
  'creates d@x.io': ['creates D@X.io', 'gives Bob the address d@x.io'],
  'merges Cat into Ann': ['merges Ann into Cat', 'deletes Cat'],
  'merges Kim into Lea, who has no address': ['merges Lea into Kim'],
  'merges Acme into Beta': ['merges Beta into Acme', 'renames Acme', 'deletes Acme'],
  'renames Acme': ['creates Zenith', 'merges Ann into Cat'],
  'names b as the source of a/new': ['names a as the source of a/new', 'names b as the source of a'],
  'takes the role of Pia away': ['makes Pia an owner'],
  'Olga leaves': ['Max leaves'],
} as const satisfies Partial<Record<OperationName, readonly OperationName[]>>

type Pair = readonly [OperationName, OperationName]

export const tellingPairs: Pair[] = Object.entries(table).flatMap(([one, others]) =>
  others.map((other): Pair => [one as OperationName, other]),
)

const names = Object.keys(operations) as OperationName[]

export const allPairs: Pair[] = names.flatMap((one, at) => names.slice(at + 1).map((other): Pair => [one, other]))
