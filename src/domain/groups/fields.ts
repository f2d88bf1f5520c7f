// The fields of groups and projects: names, and which paths are valid. Pure.
import type { FieldFault } from '../rules/results.ts'
import { form, readTexts } from '../rules/text-fields.ts'

export interface NamespaceFields {
  /** The last part of the full path. */
  path?: string | null
  name?: string | null
  visibility?: string | null
  description?: string | null
}

export interface NamespaceTexts {
  path?: string
  name?: string
  visibility?: 'public' | 'private'
  description?: string
}

const rules = {
  name: { label: 'Name', most: 255, required: true },
  path: { label: 'Path', most: 255, required: true },
} as const

// In characters, as at GitLab.
const longestDescription = { group: 500, project: 2_000 }

// docs.gitlab.com/user/reserved_names/ and the first segments of our own URLs.
const reserved = new Set(
  '- .well-known admin api assets dashboard explore files groups health_check help hooks import jwt login oauth profile projects public robots.txt s search slack static unsubscribes uploads users v2'.split(
    ' ',
  ),
)
const ending = /\.(?:git|atom)$/i

/** The longest full path. */
export const longestPath = 1_000

function faultsOfPath(path: string, topLevel: boolean): FieldFault[] {
  const fault = (what: string): FieldFault[] => [{ field: 'path', fault: `Path ${what}` }]
  if (!form.test(path) || ending.test(path))
    return fault(
      "can contain only letters, digits, '_', '-' and '.'; it can neither begin with '-' or '.', nor end with '.', '.git' or '.atom'",
    )
  return topLevel && reserved.has(path.toLowerCase()) ? fault(`${path} is a reserved name`) : []
}

/** The path derived from a name: lower-case letters and digits, with hyphens between them. */
export const pathFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9_.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')

/**
 * How fields are parsed: all that a new one needs or only what changes; of a group, top-level or not, or of a project.
 */
export interface Reading {
  whole: boolean
  of: 'top-level group' | 'group' | 'project'
}

/** Parses the input and reports all faults at once. The database checks whether the path is taken. */
export function readNamespaceFields(given: NamespaceFields, { whole, of }: Reading) {
  const description = {
    label: 'Description',
    most: longestDescription[of === 'project' ? 'project' : 'group'],
    lines: true,
  } as const
  const { texts, faults } = readTexts({ ...rules, description }, given, { whole })
  if (texts.path) faults.push(...faultsOfPath(texts.path, of === 'top-level group'))
  const visibility = given.visibility ?? undefined
  if (visibility !== undefined && visibility !== 'public' && visibility !== 'private')
    faults.push({ field: 'visibility', fault: 'Visibility must be public or private' })
  const kept = { ...texts, ...(texts.description !== undefined && { description: texts.description ?? '' }) }
  return { texts: { ...kept, visibility } as NamespaceTexts, faults }
}
