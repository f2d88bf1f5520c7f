// The kinds of columns that tables are made of.
import { bigint, customType, text, timestamp } from 'drizzle-orm/pg-core'

export const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity()
export const ref = () => bigint({ mode: 'number' })
export const moment = () => timestamp({ withTimezone: true, mode: 'date' })
export const now = () => moment().notNull().defaultNow()

export const state = () =>
  text({ enum: ['active', 'inactive'] })
    .notNull()
    .default('active')
export const visibility = () =>
  text({ enum: ['public', 'private'] })
    .notNull()
    .default('private')

// Text compared byte by byte, whatever the locale of the database: what prefix ranges and uniqueness need.
export const key = customType<{ data: string }>({ dataType: () => 'text collate "C"' })
