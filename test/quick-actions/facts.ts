// Who asks, and what is known, in the tests of the language.
import type { Facts } from '../../src/domain/rules/change.ts'

const nobody = { administrator: false, project: 0, source: 0, open: false, customerRelations: true }

/** May do everything, on an issue that has contacts. */
export const owner: Facts = {
  standing: { ...nobody, project: 50, source: 50 },
  sourceHasActiveContacts: true,
  issueHasContacts: true,
}

/** May speak in the project, but has no role where the contacts are. */
export const developerOfTheProject: Facts = { ...owner, standing: { ...nobody, project: 30 } }
