// Writing notes; commands in them run.
import type { GraphQLResolveInfo } from 'graphql'
import type { TakenReceipt } from '../../../pipeline/comment.ts'
import { stillQueued } from '../../../pipeline/entry-points.ts'
import type { Submitted } from '../../../pipeline/wait.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { gid } from '../ids.ts'
import { always, echo, echoed, type Payload } from '../payloads.ts'
import { Author } from '../users.ts'
import { write, writerOf } from './mutations.ts'

interface Written {
  id: number
  body: string
  createdAt: Date
  author: { id: number; username: string; name: string }
}

interface CommandStatus {
  commandNames: readonly string[]
  commandsOnly: boolean
  messages: readonly string[]
  errorMessages: readonly string[]
}

const Note = builder.objectRef<Written>('Note').implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('note', id) }),
    body: t.exposeString('body', { nullable: false }),
    author: t.expose('author', { type: Author }),
    createdAt: t.expose('createdAt', { type: 'Time', nullable: false }),
    system: t.boolean({ nullable: false, resolve: () => false }),
  }),
})

const Status = builder.objectRef<CommandStatus>('QuickActionsStatus').implement({
  description: 'The outcome of the commands in a note',
  fields: (t) => ({
    commandNames: t.stringList({ resolve: ({ commandNames }) => commandNames }),
    commandsOnly: t.exposeBoolean('commandsOnly', { nullable: false }),
    messages: t.stringList({ resolve: ({ messages }) => messages }),
    errorMessages: t.stringList({ resolve: ({ errorMessages }) => errorMessages }),
  }),
})

interface Said extends Payload {
  note: Written | null
  quickActionsStatus: CommandStatus | null
}

const nothing: Said = { note: null, quickActionsStatus: null, errors: [] }

function said({ user }: Context, receipt: TakenReceipt, { outcome, waiting }: Submitted): Said {
  const { shown, accepted, refused } = receipt
  const author = { id: user?.userId ?? 0, username: user?.username ?? '', name: user?.name ?? '' }
  const commandNames = [...accepted, ...refused.map(({ command }) => command)]
  const status: CommandStatus = {
    commandNames,
    commandsOnly: shown === null,
    messages: waiting ? [stillQueued] : (outcome?.answer ?? []),
    errorMessages: refused.map(({ reason }) => reason),
  }
  return {
    note: shown && { ...shown, author },
    quickActionsStatus: commandNames.length > 0 || outcome ? status : null,
    errors: [],
  }
}

async function writeNote(
  context: Context,
  { noteableId, body }: { noteableId: number; body: string },
  asked: GraphQLResolveInfo,
): Promise<Said> {
  const writer = writerOf(context, asked)
  const on = { id: noteableId }
  const { receipt, submitted, errors } = await write(context, { ...writer, kind: 'comment', on, body })
  return receipt ? said(context, receipt, submitted) : { ...nothing, errors }
}

builder.relayMutationField(
  'createNote',
  {
    inputFields: (t) => ({
      ...echoed(t),
      noteableId: t.field({ type: 'NoteableID', required: true }),
      body: t.string({ required: true, description: 'Commands in it run, and only what is left is shown' }),
    }),
  },
  {
    resolve: (_, { input }, context, asked) => echo(input, () => writeNote(context, input, asked)),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      note: t.field({ type: Note, resolve: ({ note }) => note }),
      quickActionsStatus: t.field({ type: Status, resolve: ({ quickActionsStatus }) => quickActionsStatus }),
    }),
  },
)
