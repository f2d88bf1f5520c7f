// What a connector is: another service where users write. Each has a folder here, and a line in index.ts.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { SignedInUser } from '../domain/people/access-tokens.ts'
import type { Log } from '../log.ts'
import type { Receive, Reply } from '../pipeline/comment.ts'
import type { Submit } from '../pipeline/wait.ts'
import type { Db } from '../storage/db.ts'

/** What Rolobot provides to a connector. */
export interface House {
  db: Db
  /** Submits a comment. Whatever it returns as taken will take effect, even if the process dies afterwards. */
  receive: Receive
  /** The same, and waits a while for the outcome. */
  submit: Submit
  log: Log
  publicUrl: string
  /** How many contacts one comment can add. */
  mostAtOnce: number
  /** Hosts in private networks that outgoing requests can reach. */
  privateHosts: readonly string[]
}

/** A running connector. */
export interface Connection {
  /** Answers a comment that was submitted through it. */
  reply: Reply
  /** Adds its routes to the one HTTP server. `who` identifies the caller, where a user has to be signed in. */
  routes?(http: FastifyInstance, who: (request: FastifyRequest) => Promise<SignedInUser | null>): void
  /** Starts receiving what doesn't arrive over HTTP, in a server process. Doesn't wait for the other side. */
  listen?(): void
  /** Stops receiving, and waits for work in progress. */
  close?(): Promise<void>
}

/** A command of the executable: `rolobot <connector> <name>`. */
export interface ConnectorCommand {
  name: string
  description: string
  options: readonly (readonly [flags: string, meaning: string])[]
  /** @returns what to print, or why it can't be done */
  run(
    about: { publicUrl: string; settings: unknown },
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ out: string; refused?: undefined } | { refused: string }>
}

/** What is known of a connector before it is enabled. The rest is loaded only then. */
export interface Connector<Settings = unknown> {
  /** As deliveries and the history name it. */
  name: string
  /**
   * Its own part of the environment: if none of it is set, it is off; if only some is, the rest is reported as missing.
   */
  settings: z.ZodObject & z.ZodType<Settings>
  load(): Promise<(settings: Settings, house: House) => Connection>
  commands: readonly ConnectorCommand[]
}
