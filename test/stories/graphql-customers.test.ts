// Contacts and organizations over GraphQL, asked for as GitLab's pages ask.
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { type GraphqlClient, graphqlClient } from '../support/api/graphql.ts'
import * as documents from '../support/api/graphql-documents.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

const noSuch =
  "The resource that you are attempting to access does not exist or you don't have permission to perform this action"

let service: RunningService
let t: Tree
let [dana, pia, gus, visitor] = [] as unknown as GraphqlClient[] as [
  GraphqlClient,
  GraphqlClient,
  GraphqlClient,
  GraphqlClient,
]
let path: string

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme', 'acme/care', 'acme/care:shop', 'other'])
  const client = async (name: string, roles: Parameters<Tree['person']>[1]) =>
    graphqlClient(service, await createToken(service.db, (await t.person(name, roles)).userId, 'api'))
  dana = await client('dana', { acme: 'developer' })
  pia = await client('pia', { acme: 'planner' })
  gus = await client('gus', { acme: 'guest', 'acme/care': 'owner' })
  visitor = graphqlClient(service)
  path = t.pathOf('acme')
  await t.company('acme', 'Acme Ltd', '120.50')
  await t.company('acme', 'beta gmbh')
  await t.hold('acme', [
    {
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@example.com',
      phone: '+49 30 1',
      jobTitle: 'Buyer',
      description: 'Buys',
      company: 'Acme Ltd',
    },
    { firstName: 'Bob', lastName: 'lee', email: 'bob@example.com', company: 'beta gmbh' },
    { firstName: 'Cat', lastName: 'Zimmer', email: null, phone: '0100', state: 'inactive' },
    { firstName: 'Dörte', lastName: 'Abel', email: 'd@example.com', description: 'Ann recommended her' },
    { firstName: 'Ed', lastName: 'Yu', email: 'ed@example.com', jobTitle: 'analyst' },
  ])
})

interface ContactNode {
  id: string
  firstName: string
  lastName: string
  email: string | null
  active: boolean
  organization: { id: string; name: string } | null
}
interface Connection<Node> {
  nodes: Node[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
}
interface ContactPage {
  group: { id: string; contacts: Connection<ContactNode> } | null
}

const contacts = async (client: GraphqlClient, variables: object = {}) =>
  (
    (await client.get<ContactPage>(documents.contactsQuery, { groupFullPath: path, ...variables }))
      .group as NonNullable<ContactPage['group']>
  ).contacts
const firstNames = ({ nodes }: Connection<ContactNode>) => nodes.map(({ firstName }) => firstName).join(' ')

const firstPage = { firstPageSize: 20, lastPageSize: null, prevPageCursor: '', nextPageCursor: '' }

describe('the list of contacts', () => {
  test('is what the page shows at first', async () => {
    const { nodes, pageInfo } = await contacts(pia, {
      ...firstPage,
      state: 'active',
      searchTerm: '',
      sort: 'LAST_NAME_ASC',
      ids: null,
    })
    expect(nodes).toHaveLength(4)
    expect(nodes[1]).toEqual({
      __typename: 'CustomerRelationsContact',
      id: expect.stringMatching(/^gid:\/\/gitlab\/CustomerRelations::Contact\/\d+$/),
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@example.com',
      phone: '+49 30 1',
      description: 'Buys',
      active: true,
      organization: {
        __typename: 'CustomerRelationsOrganization',
        id: expect.stringMatching(/^gid:\/\/gitlab\/CustomerRelations::Organization\/\d+$/),
        name: 'Acme Ltd',
      },
    })
    expect(pageInfo).toMatchObject({ __typename: 'PageInfo', hasNextPage: false, hasPreviousPage: false })
  })

  test.each([
    ['LAST_NAME_ASC', 'Dörte Ann Bob Ed Cat'],
    ['LAST_NAME_DESC', 'Cat Ed Bob Ann Dörte'],
    ['FIRST_NAME_ASC', 'Ann Bob Cat Dörte Ed'],
    ['FIRST_NAME_DESC', 'Ed Dörte Cat Bob Ann'],
    ['EMAIL_ASC', 'Ann Bob Dörte Ed Cat'],
    ['EMAIL_DESC', 'Ed Dörte Bob Ann Cat'],
    ['PHONE_ASC', 'Ann Cat Bob Dörte Ed'],
    ['PHONE_DESC', 'Cat Ann Ed Dörte Bob'],
    ['JOB_TITLE_ASC', 'Ed Ann Bob Cat Dörte'],
    ['JOB_TITLE_DESC', 'Ann Ed Dörte Cat Bob'],
    ['DESCRIPTION_ASC', 'Dörte Ann Bob Cat Ed'],
    ['DESCRIPTION_DESC', 'Ann Dörte Ed Cat Bob'],
    ['ORGANIZATION_ASC', 'Ann Bob Cat Dörte Ed'],
    ['ORGANIZATION_DESC', 'Bob Ann Ed Dörte Cat'],
    ['CREATED_ASC', 'Ann Bob Cat Dörte Ed'],
    ['created_desc', 'Ed Dörte Cat Bob Ann'],
    [null, 'Dörte Ann Bob Ed Cat'],
  ])('by %s: forwards and back, page by page', async (sort, expected) => {
    let page = await contacts(pia, { sort, firstPageSize: 2, lastPageSize: null })
    const seen = [firstNames(page)]
    expect(page.pageInfo.hasPreviousPage).toBe(false)
    while (page.pageInfo.hasNextPage) {
      page = await contacts(pia, {
        sort,
        firstPageSize: 2,
        lastPageSize: null,
        nextPageCursor: page.pageInfo.endCursor,
        prevPageCursor: '',
      })
      expect(page.pageInfo.hasPreviousPage).toBe(true)
      seen.push(firstNames(page))
    }
    expect(seen.join(' ')).toBe(expected)
    const back: string[] = [firstNames(page)]
    while (page.pageInfo.hasPreviousPage) {
      page = await contacts(pia, {
        sort,
        firstPageSize: null,
        lastPageSize: 2,
        nextPageCursor: '',
        prevPageCursor: page.pageInfo.startCursor,
      })
      expect(page.pageInfo.hasNextPage).toBe(true)
      back.unshift(firstNames(page))
    }
    expect(back).toEqual(seen)
  })

  test('is of the contact source, whichever group is asked', async () => {
    expect(firstNames(await contacts(pia, { groupFullPath: t.pathOf('acme/care') }))).toBe('Dörte Ann Bob Ed Cat')
  })

  test.each([
    [{ state: 'all' }, 'Dörte Ann Bob Ed Cat'],
    [{ state: 'inactive' }, 'Cat'],
    [{ searchTerm: 'ann' }, 'Dörte Ann'],
    [{ searchTerm: 'ann lee' }, 'Ann'],
    [{ searchTerm: '"ann lee"' }, 'Ann'],
    [{ searchTerm: 'gmbh' }, 'Bob'],
    [{ searchTerm: '0100' }, 'Cat'],
    [{ searchTerm: '%' }, ''],
    [{ searchTerm: null }, 'Dörte Ann Bob Ed Cat'],
    [{ ids: [] }, 'Dörte Ann Bob Ed Cat'],
    [{ ids: [null] }, 'Dörte Ann Bob Ed Cat'],
    [{ ids: null }, 'Dörte Ann Bob Ed Cat'],
    [{ firstPageSize: 0 }, ''],
    [{ firstPageSize: 1000 }, 'Dörte Ann Bob Ed Cat'],
    [{ lastPageSize: 2 }, 'Ed Cat'],
  ])('with %j: %s', async (variables, expected) => {
    expect(firstNames(await contacts(pia, variables))).toBe(expected)
  })

  test('by ids: those of the group; others drop out', async () => {
    const { nodes } = await contacts(pia)
    const [other] = await t.hold('other', ['x@other.example'])
    const ids = [
      nodes[0]?.id,
      `gid://gitlab/CustomerRelations::Contact/${other?.id}`,
      'gid://gitlab/CustomerRelations::Contact/999999',
    ]
    expect(firstNames(await contacts(pia, { ids }))).toBe('Dörte')
  })

  test('with a null in a list of the document itself', async () => {
    const query = `{ group(fullPath: "${path}") { contacts(ids: [null], first: 1) { nodes { firstName } } } }`
    expect((await pia.get<ContactPage>(query)).group?.contacts.nodes).toEqual([{ firstName: 'Dörte' }])
  })

  test('counts follow the search, and states', async () => {
    const counts = async (variables: object) =>
      (
        await pia.get<{ group: { contactStateCounts: object } }>(documents.contactCountsQuery, {
          groupFullPath: path,
          ...variables,
        })
      ).group.contactStateCounts
    expect(await counts({})).toMatchObject({ __typename: 'ContactStateCounts', all: 5, active: 4, inactive: 1 })
    expect(await counts({ searchTerm: 'ann' })).toMatchObject({ all: 2, active: 2, inactive: 0 })
    const query =
      '{ group(fullPath: "PATH") { contactStateCounts(state: inactive) { all active inactive cutOff } } }'.replace(
        'PATH',
        path,
      )
    expect(await pia.get(query)).toEqual({
      group: { contactStateCounts: { all: 1, active: 0, inactive: 1, cutOff: false } },
    })
  })

  test('a user without permission sees the group and nothing in it: an empty list, no counts, no fault', async () => {
    expect((await contacts(gus)).nodes).toEqual([])
    expect(await gus.get(documents.contactCountsQuery, { groupFullPath: path })).toMatchObject({
      group: { contactStateCounts: null },
    })
    expect(await gus.get(documents.organizationsQuery, { groupFullPath: path })).toMatchObject({
      group: { organizations: { nodes: [] }, organizationStateCounts: null },
    })
  })

  test('a visitor does not see the group at all', async () => {
    expect(await visitor.get(documents.contactsQuery, { groupFullPath: path })).toEqual({ group: null })
  })

  test.each([
    [{ firstPageSize: 1, lastPageSize: 1 }, 'Can only provide either `first` or `last`, not both'],
    [{ nextPageCursor: 'nonsense' }, 'Please provide a valid cursor'],
    [{ prevPageCursor: Buffer.from('{"id":1}').toString('base64url') }, 'Please provide a valid cursor'],
    [{ firstPageSize: -1 }, '`first` and `last` cannot be less than 0'],
    [{ ids: ['7'] }, '"7" is not a valid Global ID'],
    [
      { ids: ['gid://gitlab/Issue/7'] },
      '"gid://gitlab/Issue/7" does not represent an instance of CustomerRelations::Contact',
    ],
    [{ sort: 'NONSENSE' }, 'Value "NONSENSE" does not exist in "ContactSort" enum'],
  ])('cannot be asked with %j', async (variables, words) => {
    const [fault] = await pia.faults(documents.contactsQuery, { groupFullPath: path, ...variables })
    expect(fault).toContain(words)
  })

  test('filter tokens ask by group or by project', async () => {
    const byGroup = await pia.get<ContactPage>(documents.searchContactsQuery, {
      fullPath: path,
      searchString: 'ed yu',
      isProject: false,
    })
    expect(byGroup.group?.contacts.nodes).toMatchObject([{ firstName: 'Ed' }])
    const byProject = await pia.get<{ project: ContactPage }>(documents.searchContactsQuery, {
      fullPath: t.pathOf('acme/care:shop'),
      searchString: 'ed yu',
      isProject: true,
    })
    expect(byProject).not.toHaveProperty('group')
    expect(byProject.project.group?.contacts.nodes).toMatchObject([{ firstName: 'Ed' }])
  })
})

describe('the list of organizations', () => {
  const names = async (variables: object) =>
    (
      await pia.get<{ group: { organizations: Connection<{ name: string }> } }>(documents.organizationsQuery, {
        groupFullPath: path,
        ...variables,
      })
    ).group.organizations.nodes.map(({ name }) => name)

  test.each([
    [{ sort: 'NAME_ASC' }, ['Acme Ltd', 'beta gmbh']],
    [{ sort: 'NAME_DESC' }, ['beta gmbh', 'Acme Ltd']],
    [{ sort: 'DEFAULT_RATE_DESC' }, ['Acme Ltd', 'beta gmbh']],
    [{ sort: null }, ['Acme Ltd', 'beta gmbh']],
    [{ searchTerm: 'ACME' }, ['Acme Ltd']],
    [{ state: 'inactive' }, []],
  ])('with %j', async (variables, expected) => {
    expect(await names(variables)).toEqual(expected)
  })

  test('tells a rate as a number', async () => {
    const query = `{ group(fullPath: "${path}") { organizations(first: 1) { nodes { name defaultRate createdAt updatedAt } } organizationStateCounts { all active inactive } } }`
    const { group } = await pia.get<{
      group: { organizations: { nodes: { defaultRate: number; createdAt: string }[] } }
    }>(query)
    expect(group).toMatchObject({ organizationStateCounts: { all: 2, active: 2, inactive: 0 } })
    expect(group.organizations.nodes[0]).toMatchObject({
      defaultRate: 120.5,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })
})

describe('changing', () => {
  const groupId = () => `gid://gitlab/Group/${t.group('acme').id}`
  const create = (client: GraphqlClient, input: object) =>
    client.get<{ customerRelationsContactCreate: { contact: ContactNode | null; errors: string[] } }>(
      documents.createContact,
      {
        input: { groupId: groupId(), firstName: 'New', lastName: 'One', ...input },
      },
    )
  const update = (client: GraphqlClient, input: object) =>
    client.get<{ customerRelationsContactUpdate: { contact: ContactNode | null; errors: string[] } }>(
      documents.updateContact,
      { input },
    )

  test('a contact: created, edited, made inactive', async () => {
    const { customerRelationsContactCreate: created } = await create(dana, {
      email: 'New@Example.com',
      phone: null,
      clientMutationId: 'mine',
    })
    expect(created).toMatchObject({
      contact: { firstName: 'New', email: 'New@Example.com', active: true, organization: null },
      errors: [],
    })
    expect(created).toMatchObject({ clientMutationId: 'mine' })
    const { id } = created.contact as ContactNode
    const companies = await dana.get<{ group: { organizations: Connection<{ id: string }> } }>(
      documents.organizationsQuery,
      {
        groupFullPath: path,
      },
    )
    const organizationId = companies.group.organizations.nodes[0]?.id
    const edited = await update(dana, { id, lastName: 'Name', organizationId, active: false })
    expect(edited.customerRelationsContactUpdate).toMatchObject({
      contact: {
        firstName: 'New',
        lastName: 'Name',
        email: 'New@Example.com',
        active: false,
        organization: { name: 'Acme Ltd' },
      },
      errors: [],
    })
    const cleared = await update(dana, { id, organizationId: null, email: null, active: null })
    expect(cleared.customerRelationsContactUpdate.contact).toMatchObject({
      organization: null,
      email: null,
      active: false,
      lastName: 'Name',
    })
    expect(await dana.get(`mutation { customerRelationsContactDelete(input: {id: "${id}"}) { errors } }`)).toEqual({
      customerRelationsContactDelete: { errors: [] },
    })
    expect(await dana.faults(documents.updateContact, { input: { id } })).toEqual([noSuch])
  })

  test.each([
    [{ firstName: ' ', lastName: '' }, ["First name can't be blank", "Last name can't be blank"]],
    [{ firstName: 'x'.repeat(256) }, ['First name is too long (maximum is 255 characters)']],
    [{ phone: '1'.repeat(33), email: 'no' }, ['Phone is too long (maximum is 32 characters)', 'Email is invalid']],
    [{ description: 'x'.repeat(1025) }, ['Description is too long (maximum is 1024 characters)']],
    [{ email: 'ANN@example.com' }, ['Email has already been taken']],
    [
      { organizationId: 'gid://gitlab/CustomerRelations::Organization/999999' },
      ['The specified organization was not found or does not belong to this group'],
    ],
  ])('a contact with %j is refused in the payload', async (input, errors) => {
    expect((await create(dana, input)).customerRelationsContactCreate).toMatchObject({ contact: null, errors })
  })

  test('several contacts without an address are fine', async () => {
    for (const _ of [1, 2]) {
      const { contact } = (await create(dana, {})).customerRelationsContactCreate
      await dana.get(`mutation { customerRelationsContactDelete(input: {id: "${contact?.id}"}) { errors } }`)
    }
  })

  test('in a group that may hold none', async () => {
    const input = { groupId: `gid://gitlab/Group/${t.group('acme/care').id}` }
    expect((await create(dana, input)).customerRelationsContactCreate.errors).toEqual([
      'contacts can only be added to root groups and groups configured as CRM targets',
    ])
  })

  test.each([
    ['a planner', () => pia],
    ['a guest', () => gus],
    ['a visitor', () => visitor],
  ])('%s may not', async (_, client) => {
    const input = { groupId: groupId(), firstName: 'New', lastName: 'One' }
    const { data, errors } = await client().ask(documents.createContact, { input })
    expect(errors).toMatchObject([{ message: noSuch, path: ['customerRelationsContactCreate'] }])
    expect(data).toEqual({ customerRelationsContactCreate: null })
  })

  test('a token that may only read does not change anything', async () => {
    const reader = graphqlClient(
      service,
      await createToken(service.db, (await t.person('reader', { acme: 'owner' })).userId, 'api', {
        scopes: ['read_api'],
      }),
    )
    expect(firstNames(await contacts(reader, { firstPageSize: 1 }))).toBe('Dörte')
    const input = { groupId: groupId(), firstName: 'New', lastName: 'One' }
    expect(await reader.faults(documents.createContact, { input })).toEqual([
      "This token is read-only: it doesn't have the `api` scope.",
    ])
  })

  test('an organization: created, edited, merged, deleted', async () => {
    type Came = Record<string, { organization: { id: string }; errors: string[] }>
    const input = { groupId: groupId(), name: ' Gamma ', defaultRate: 7.5, description: 'Three' }
    const { customerRelationsOrganizationCreate: created } = await dana.get<Came>(documents.createOrganization, {
      input,
    })
    expect(created).toMatchObject({
      organization: { name: 'Gamma', defaultRate: 7.5, description: 'Three', active: true },
      errors: [],
    })
    const taken = await dana.get<Came>(documents.createOrganization, {
      input: { ...input, name: 'gamma', defaultRate: -1 },
    })
    expect(taken.customerRelationsOrganizationCreate).toMatchObject({
      organization: null,
      errors: ['Default rate must be greater than or equal to 0', 'Name has already been taken'],
    })
    const id = created?.organization.id
    const renamed = await dana.get<Came>(documents.updateOrganization, { input: { id, name: 'ACME LTD' } })
    expect(renamed.customerRelationsOrganizationUpdate).toMatchObject({
      organization: { name: 'Gamma' },
      errors: ['Name has already been taken'],
    })
    const off = await dana.get<Came>(documents.updateOrganization, { input: { id, active: false, defaultRate: null } })
    expect(off.customerRelationsOrganizationUpdate).toMatchObject({
      organization: { active: false, defaultRate: null },
      errors: [],
    })
    const delta = await dana.get<Came>(documents.createOrganization, { input: { ...input, name: 'Delta' } })
    const otherId = delta.customerRelationsOrganizationCreate?.organization.id
    const merge = `mutation { customerRelationsOrganizationMerge(input: {id: "${id}", otherId: "${otherId}"}) { organization { name defaultRate } errors } }`
    expect(await dana.get(merge)).toEqual({
      customerRelationsOrganizationMerge: { organization: { name: 'Gamma', defaultRate: 7.5 }, errors: [] },
    })
    expect(
      await dana.get(`mutation { customerRelationsOrganizationDelete(input: {id: "${id}"}) { errors } }`),
    ).toMatchObject({})
    expect(await pia.faults(documents.updateOrganization, { input: { id } })).toEqual([noSuch])
  })

  test('two contacts become one', async () => {
    const one = (await create(dana, { email: 'one@merge.example' })).customerRelationsContactCreate.contact
    const two = (await create(dana, { email: 'two@merge.example', phone: '7' })).customerRelationsContactCreate.contact
    const merge = `mutation { customerRelationsContactMerge(input: {id: "${one?.id}", otherId: "${two?.id}"}) { contact { email phone } errors } }`
    expect(await dana.get(merge)).toEqual({
      customerRelationsContactMerge: { contact: { email: 'one@merge.example', phone: '7' }, errors: [] },
    })
    expect((await contacts(dana, { searchTerm: 'merge.example' })).nodes).toHaveLength(1)
  })
})
