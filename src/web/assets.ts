// The stylesheet and the script, cached by browsers until they change.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

export interface AssetAddresses {
  script: string
  style: string
}

// The same from src/web and from dist/web.
const root = fileURLToPath(new URL('../../dist/assets', import.meta.url))

/** Serves `dist/assets`. The URLs contain a hash of the files. */
export async function serveAssets(app: FastifyInstance): Promise<AssetAddresses> {
  const [script, style] = await Promise.all([addressOf('page.js'), addressOf('page.css')])
  await app.register(fastifyStatic, { root, prefix: '/assets/', decorateReply: false, maxAge: '1y', immutable: true })
  return { script, style }
}

async function addressOf(name: string): Promise<string> {
  const content = await readFile(join(root, name))
  return `/assets/${name}?v=${createHash('sha256').update(content).digest('hex').slice(0, 12)}`
}
