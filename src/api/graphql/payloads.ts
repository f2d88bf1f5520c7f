// What all mutations have in common: `clientMutationId`, which comes back, and `errors`.
import type { builder } from './builder.ts'

export type Types = (typeof builder)['$inferSchemaTypes']
export type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>

/** The input field by which a client recognizes its response. */
export const echoed = (t: InputFields) => ({ clientMutationId: t.string() })

interface Echoing {
  clientMutationId?: string | null
}

/** The result of a mutation, with the value that its client wants back. */
export const echo = async <Came extends object>(
  { clientMutationId }: Echoing,
  work: () => Promise<Came>,
): Promise<Came & Echoing> => ({
  ...(await work()),
  clientMutationId,
})

/** What every mutation returns. */
export interface Payload extends Echoing {
  errors: string[]
}

export type OutputFields<Came extends Payload> = PothosSchemaTypes.ObjectFieldBuilder<Types, Came>

/** The fields that every payload has. */
export const always = <Came extends Payload>(t: OutputFields<Came>) => ({
  clientMutationId: t.string({ resolve: ({ clientMutationId }) => clientMutationId }),
  errors: t.stringList({ nullable: false, resolve: ({ errors }) => errors }),
})
