// Documents as GitLab's pages send them: fragments, `@include` and `@skip`, `__typename` everywhere.

export const contactFragment = `
  fragment ContactFragment on CustomerRelationsContact {
    __typename id firstName lastName email phone description active
    organization { __typename id name }
  }`

export const organizationFragment = `
  fragment OrganizationFragment on CustomerRelationsOrganization { __typename id name defaultRate description active }`

export const contactsQuery = `
  query contacts(
    $groupFullPath: ID!, $state: CustomerRelationsContactState, $searchTerm: String, $sort: ContactSort, $firstPageSize: Int, $lastPageSize: Int,
    $prevPageCursor: String = "", $nextPageCursor: String = "", $ids: [CustomerRelationsContactID!]
  ) {
    group(fullPath: $groupFullPath) {
      __typename id
      contacts(
        state: $state, search: $searchTerm, sort: $sort, first: $firstPageSize, last: $lastPageSize, after: $nextPageCursor, before: $prevPageCursor, ids: $ids
      ) {
        __typename
        nodes { ...ContactFragment }
        pageInfo { __typename hasNextPage endCursor hasPreviousPage startCursor }
      }
    }
  }
  ${contactFragment}`

export const contactCountsQuery = `
  query contactsCountByState($groupFullPath: ID!, $searchTerm: String) {
    group(fullPath: $groupFullPath) { __typename id contactStateCounts(search: $searchTerm) { __typename all active inactive } }
  }`

export const organizationsQuery = `
  query organizations(
    $groupFullPath: ID!, $state: CustomerRelationsOrganizationState, $searchTerm: String, $sort: OrganizationSort, $firstPageSize: Int, $lastPageSize: Int,
    $prevPageCursor: String = "", $nextPageCursor: String = "", $ids: [CustomerRelationsOrganizationID!]
  ) {
    group(fullPath: $groupFullPath) {
      __typename id
      organizations(
        state: $state, search: $searchTerm, sort: $sort, first: $firstPageSize, last: $lastPageSize, after: $nextPageCursor, before: $prevPageCursor, ids: $ids
      ) {
        __typename
        nodes { ...OrganizationFragment }
        pageInfo { __typename hasNextPage endCursor hasPreviousPage startCursor }
      }
      organizationStateCounts(search: $searchTerm) { __typename all active inactive }
    }
  }
  ${organizationFragment}`

/** What the filter tokens of an issue list ask: in a group, or in a project's group. */
export const searchContactsQuery = `
  query searchCrmContacts($fullPath: ID!, $searchString: String, $searchIds: [CustomerRelationsContactID!], $isProject: Boolean = false) {
    group(fullPath: $fullPath) @skip(if: $isProject) {
      __typename id
      contacts(search: $searchString, ids: $searchIds) { __typename nodes { __typename ...ContactFragment } }
    }
    project(fullPath: $fullPath) @include(if: $isProject) {
      __typename id
      group { __typename id contacts(search: $searchString, ids: $searchIds) { __typename nodes { __typename ...ContactFragment } } }
    }
  }
  ${contactFragment}`

export const createContact = `
  mutation createContact($input: CustomerRelationsContactCreateInput!) {
    customerRelationsContactCreate(input: $input) { __typename contact { __typename ...ContactFragment } errors clientMutationId }
  }
  ${contactFragment}`

export const updateContact = `
  mutation updateContact($input: CustomerRelationsContactUpdateInput!) {
    customerRelationsContactUpdate(input: $input) { __typename contact { __typename ...ContactFragment } errors }
  }
  ${contactFragment}`

export const createOrganization = `
  mutation createOrganization($input: CustomerRelationsOrganizationCreateInput!) {
    customerRelationsOrganizationCreate(input: $input) { __typename organization { __typename ...OrganizationFragment } errors }
  }
  ${organizationFragment}`

export const updateOrganization = `
  mutation updateOrganization($input: CustomerRelationsOrganizationUpdateInput!) {
    customerRelationsOrganizationUpdate(input: $input) { __typename organization { __typename ...OrganizationFragment } errors }
  }
  ${organizationFragment}`

export const issueContactsQuery = `
  query issueCrmContacts($id: IssueID!) {
    issue(id: $id) { __typename id customerRelationsContacts { __typename nodes { __typename ...ContactFragment } } }
  }
  ${contactFragment}`

export const issueContactsSubscription = `
  subscription issueCrmContactsUpdated($id: IssuableID!) {
    issueCrmContactsUpdated(issuableId: $id) {
      ... on Issue { __typename id customerRelationsContacts { __typename nodes { __typename ...ContactFragment } } }
    }
  }
  ${contactFragment}`

export const setContacts = `
  mutation issueSetCrmContacts($input: IssueSetCrmContactsInput!) {
    issueSetCrmContacts(input: $input) {
      __typename
      issue { __typename id updatedAt customerRelationsContacts { __typename nodes { __typename id email active } } }
      results { contactId outcome }
      errors
    }
  }`

export const updateWorkItem = `
  mutation workItemUpdate($input: WorkItemUpdateInput!) {
    workItemUpdate(input: $input) {
      __typename
      workItem {
        __typename id title state
        widgets { __typename type ... on WorkItemWidgetCrmContacts { contactsAvailable contacts { __typename nodes { __typename id email } } } }
        features { __typename crmContacts { __typename contactsAvailable contacts { nodes { id email } } } }
      }
      errors
    }
  }`
