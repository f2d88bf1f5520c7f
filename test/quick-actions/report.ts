// The reply to a comment, as one text.
import { reportLines } from '../../src/quick-actions/report.ts'

export const report = (...given: Parameters<typeof reportLines>): string => reportLines(...given).join('\n')
