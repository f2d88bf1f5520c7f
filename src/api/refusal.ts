// How an API says no: thrown, and made into a document by the shell.

/** A fault of one field of what was sent. */
export interface FieldFault {
  field: string
  message: string
}

/** A refusal with an HTTP status, in words for whoever asked. */
export class Refusal extends Error {
  readonly statusCode: number
  readonly fields: readonly FieldFault[]
  constructor(statusCode: number, message: string, fields: readonly FieldFault[] = []) {
    super(message)
    this.statusCode = statusCode
    this.fields = fields
  }
}

export const signInFirst = () => new Refusal(401, 'Send a token in PRIVATE-TOKEN or Authorization: Bearer.')
export const notFound = (what: string) => new Refusal(404, `${what} Not Found`)
