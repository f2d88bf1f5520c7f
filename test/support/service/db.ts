// A fresh database for a test file: on Postgres a copy of the template, else an embedded one that is empty.
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import { type Database, openPostgres } from '../../../src/storage/db.ts'
import { borrowEmbedded } from './lent-databases.ts'
import { databaseUrl } from './services.ts'

export const onServices = process.env.TEST_ON === 'services'

/** A new database on Postgres, and its address. */
export async function newPostgres(): Promise<string> {
  const template = inject('template')
  const name = `${template}_${randomUUID().slice(0, 8)}`
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${name} template ${template}`)
  await admin.end()
  return Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href
}

/** A fresh database of the kind that this run of the stories is on. */
export const freshDatabase = async (): Promise<Database> =>
  onServices ? openPostgres(await newPostgres(), 10) : borrowEmbedded()
