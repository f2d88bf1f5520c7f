// What a connector is: a place where people speak. Each has a folder here, and a line in index.ts.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Asker } from '../domain/access-tokens.ts'
import type { Log } from '../log.ts'
import type { Receive, Reply } from '../pipeline/comment.ts'
import type { Hear } from '../pipeline/wait.ts'
import type { Db } from '../storage/db.ts'

/** What a connector is given of the house. */
export interface House {
  db: Db
  /** The one way in. What it returns as taken will have its effect, whatever dies after that. */
  receive: Receive
  /** The same, and waits a while for what comes of it. */
  hear: Hear
  log: Log
  publicUrl: string
  /** How many contacts one comment may add. */
  mostAtOnce: number
  /** Hosts in private networks that outgoing requests may reach. */
  privateHosts: readonly string[]
}

/** A connector at work. */
export interface Connection {
  /** Answers a comment that came through it. */
  reply: Reply
  /** Adds its routes to the one HTTP server. `who` is asking, where somebody signed in has to. */
  routes?(http: FastifyInstance, who: (request: FastifyRequest) => Promise<Asker | null>): void
  /** Takes up what does not come over HTTP, in a process that serves. Does not wait for the other side. */
  listen?(): void
  /** Takes up no more, and waits for what is under way. */
  close?(): Promise<void>
}

/** A command of the executable: `rolobot <connector> <name>`. */
export interface ConnectorCommand {
  name: string
  description: string
  options: readonly (readonly [flags: string, meaning: string])[]
  /** @returns what to print, or why it cannot be done */
  run(
    about: { publicUrl: string; settings: unknown },
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ out: string; refused?: undefined } | { refused: string }>
}

/** A place of speech: what is known of it before it is switched on. What it needs is loaded when it is. */
export interface Connector<Settings = unknown> {
  /** As deliveries and the history name it. */
  name: string
  /** Its own part of the environment: nothing of it set is off, some of it says what lacks. */
  settings: z.ZodObject & z.ZodType<Settings>
  load(): Promise<(settings: Settings, house: House) => Connection>
  commands: readonly ConnectorCommand[]
}
