// What holds of every photo, whatever was done before.
import { expect } from 'vitest'
import { partedText } from '../../../src/domain/rules/search-keys.ts'
import type { Photo } from './photo.ts'
import { sourceOfIssue, wayUp } from './rules.ts'

function twins<Row>(rows: readonly Row[], keyOf: (row: Row) => string | null): string[] {
  const seen = new Set<string>()
  return rows
    .map(keyOf)
    .filter((key) => key !== null)
    .filter((key) => seen.size === seen.add(key).size)
}

/** Each link's contact is of the contact source of its issue. */
function strayLinks(photo: Photo) {
  const ownerGroupOf = new Map(photo.contacts.map(({ id, group_id }) => [id, group_id]))
  const sources = new Map(photo.issues.map(({ id }) => [id, sourceOfIssue(photo, id)]))
  return photo.issue_contacts
    .map((link) => ({ ...link, ownerGroup: ownerGroupOf.get(link.contact_id), source: sources.get(link.issue_id) }))
    .filter(({ ownerGroup, source }) => ownerGroup === undefined || ownerGroup !== source)
}

/** A contact's organization is of its own group, and the contact is found by what that is called now. */
function misplacedOrganizations({ contacts, organizations }: Photo) {
  const byId = new Map(organizations.map((one) => [one.id, one]))
  return contacts.filter(({ organization_id, group_id, find_by_organization }) => {
    const organization = organization_id === null ? undefined : byId.get(organization_id)
    const isOfGroup = organization_id === null || organization?.group_id === group_id
    return !isOfGroup || find_by_organization !== (organization?.find_by_name ?? null)
  })
}

const misspeltKeys = ({ contacts, organizations }: Photo) => [
  ...contacts.filter(({ email, email_key }) => email_key !== (email?.toLowerCase() ?? null)),
  ...organizations.filter(({ name, name_key }) => name_key !== name.toLowerCase()),
]

function misplacedGroups(photo: Photo) {
  const pathOf = new Map(photo.groups.map(({ id, full_path }) => [id, full_path]))
  const below = (parent: number | null, path: string) => (parent === null ? path : `${pathOf.get(parent)}/${path}`)
  return [
    ...photo.groups.filter(
      ({ id, parent_id, path, full_path, path_key, ancestors }) =>
        full_path !== below(parent_id, path) ||
        path_key !== full_path.toLowerCase() ||
        ancestors.join() !== wayUp(photo, id).reverse().join(),
    ),
    ...photo.projects.filter(
      ({ group_id, path, full_path, path_key }) =>
        full_path !== below(group_id, path) || path_key !== full_path.toLowerCase(),
    ),
  ]
}

/** Every top-level group has an owner of its own. */
function ownerless({ groups, members }: Photo) {
  const owned = new Set(members.filter(({ level }) => level === 50).map(({ group_id }) => group_id))
  return groups.filter(({ id, parent_id }) => parent_id === null && !owned.has(id))
}

/** The numbers kept by state are the numbers of rows. */
function countsOf({ contacts, organizations, state_counts }: Photo) {
  const counted: Record<string, number> = {}
  const add = (noun: string, rows: readonly { group_id: number; state: string }[]) => {
    for (const { group_id, state } of rows)
      counted[`${noun} ${group_id} ${state}`] = (counted[`${noun} ${group_id} ${state}`] ?? 0) + 1
  }
  add('contacts', contacts)
  add('organizations', organizations)
  const kept = state_counts
    .filter(({ n }) => n !== 0)
    .map(({ noun, group_id, state, n }) => [`${noun} ${group_id} ${state}`, n])
  return { counted, kept: Object.fromEntries(kept) as Record<string, number> }
}

// Suffixes at the beginnings of words, unless the indexes of contacts begin so.
function beginningsIn(text: string, known: readonly string[]): string[] {
  const words = partedText(text).split(' ')
  const rests = words.map((_, at) => [...words.slice(at).join(' ')].slice(0, 60).join(''))
  return [...new Set(rests)].filter((rest) => rest !== '' && !known.some((one) => one.startsWith(rest)))
}

/** The words by which active contacts are suggested are those of their names, organizations and phone numbers. */
function wordsOf({ contacts, contact_words }: Photo) {
  const wanted = contacts
    .filter(({ state }) => state === 'active')
    .flatMap((contact) => {
      const {
        id,
        group_id,
        find_by_name: name,
        find_by_surname: surname,
        find_by_organization: organization,
        phone,
      } = contact
      const digits = phone?.replace(/\D/g, '') ?? ''
      const words = [
        ...beginningsIn(name, [name, surname]).map((word) => `name ${word}`),
        ...beginningsIn(organization ?? '', [organization ?? '']).map((word) => `organization ${word}`),
        ...(digits ? [`phone ${digits}`] : []),
      ]
      return words.map((word) => `${group_id} ${id} ${surname} ${word}`)
    })
  const kept = contact_words.map((one) => `${one.group_id} ${one.contact_id} ${one.surname} ${one.kind} ${one.word}`)
  return { wanted: wanted.toSorted(), kept: kept.toSorted() }
}

/** Expects what must hold of every photo. */
export function expectSound(photo: Photo): void {
  expect(strayLinks(photo), 'links to contacts of another source').toEqual([])
  expect(
    twins(photo.contacts, ({ group_id, email }) => email && `${group_id} ${email.toLowerCase()}`),
    'addresses twice in a group',
  ).toEqual([])
  expect(
    twins(photo.organizations, ({ group_id, name }) => `${group_id} ${name.toLowerCase()}`),
    'names twice in a group',
  ).toEqual([])
  expect(
    misplacedOrganizations(photo),
    'contacts with an organization of another group, or known by another name',
  ).toEqual([])
  expect(misspeltKeys(photo), 'keys that are not what they are the key of').toEqual([])
  expect(misplacedGroups(photo), 'groups and projects whose path or ancestors are wrong').toEqual([])
  expect(
    twins([...photo.groups, ...photo.projects], ({ full_path }) => full_path.toLowerCase()),
    'full paths twice',
  ).toEqual([])
  expect(ownerless(photo), 'top-level groups without an owner').toEqual([])
  const { counted, kept } = countsOf(photo)
  expect(kept, 'numbers kept by state').toEqual(counted)
  const words = wordsOf(photo)
  expect(words.kept, 'words of contacts').toEqual(words.wanted)
}
