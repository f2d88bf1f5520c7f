// Objects by name whose types are kept: what TypeScript's own functions on objects forget. Pure.

/** The names of a record, in their order. */
export function namesOf<Name extends string>(record: Readonly<Record<Name, unknown>>): Name[] {
  const names: Name[] = []
  for (const name in record) names.push(name)
  return names
}

/** A record with the same names, each value made from the other's. */
export function mapRecord<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  to: (from: From, name: Name) => To,
): Record<Name, To>
export function mapRecord<From, To>(
  record: Readonly<Record<string, From>>,
  to: (from: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, from]) => [name, to(from, name)]))
}

/** What an object has under some names. */
export function pick<From extends object, Name extends keyof From>(from: From, names: readonly Name[]): Pick<From, Name>
export function pick(from: object, names: readonly PropertyKey[]): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
