// The list of all connectors: one line each.
import type { Connector } from './connector.ts'
import { slack } from './slack/index.ts'

// Settings are up to each connector: here they are only passed on.
export const connectors: readonly Connector[] = [slack as Connector]
