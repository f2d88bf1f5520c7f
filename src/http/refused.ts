// An error that the shell answers with a status and a reason.

/** @param fields faults by field of the input */
export const refused = (
  statusCode: number,
  message: string,
  fields: readonly { field: string; message: string }[] = [],
) => Object.assign(new Error(message), { statusCode, fields })
