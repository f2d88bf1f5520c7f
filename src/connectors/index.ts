// The list of all connectors: one line each.
import type { Connector } from './connector.ts'
import { slack } from './slack/index.ts'

// The settings of each are its own affair: here they are only passed on.
export const connectors: readonly Connector[] = [slack as Connector]
