// A team that works with us in Slack: a Slack, our service beside it, and people who are known in both.
import { nameUserElsewhere } from '../../../src/domain/people/users.ts'
import type { Log } from '../../../src/log.ts'
import { numbering } from '../service/at-end.ts'
import { type RunningService, startService } from '../service/service.ts'
import { type Wanted, world } from '../world/world.ts'
import { connectTo, type Wishes } from './people.ts'
import { type FakeSlack, startSlack } from './server.ts'

/** Our address, as links in Slack have it. */
export const publicUrl = 'http://rolobot.example'

export interface Team {
  slack: FakeSlack
  service: RunningService
}

/** Starts both. @param idle nothing is applied before the service is told to work */
export async function startTeam(
  environment: Record<string, string> = {},
  { idle = false, log }: { idle?: boolean; log?: Log } = {},
): Promise<Team> {
  const slack = await startSlack()
  const service = await startService({
    environment: { ...slack.environment, PUBLIC_URL: publicUrl, ...environment },
    idle,
    log,
  })
  return { slack, service }
}

const nextNumber = numbering()

/**
 * A world of ours, with a channel `#support` and a Slack user for each of its users. Their accounts are linked, except
 * those of `strangers`.
 */
export async function teamIn(
  { slack, service }: Team,
  wanted: Wanted & { strangers?: readonly string[] },
  wishes: Wishes = {},
) {
  const ours = await world(service, wanted)
  const number = nextNumber()
  const client = connectTo(slack, service.url, wishes)
  const users = new Map(
    [...ours.users.keys(), ...(wanted.strangers ?? [])].map((name) => [name, slack.user(`${name}-${number}`)]),
  )
  const userOf = (name: string) => {
    const user = users.get(name)
    if (!user) throw new Error(`${name} is not in Slack`)
    return user
  }
  for (const [name, user] of ours.users)
    await nameUserElsewhere(service.db, user.id, {
      via: 'slack',
      externalId: `${slack.team.id}:${userOf(name).id}`,
      name,
    })
  const everybody = [...users.values()].map(({ id }) => id)
  const channelNamed = (name: string, options: Parameters<FakeSlack['channel']>[1] = {}) =>
    slack.channel(`${name}-${number}`, { members: everybody, botIsIn: true, ...options })
  const support = channelNamed('support')
  return {
    ...ours,
    slack,
    client,
    support,
    channelNamed,
    userOf,
    /** A user in a channel: in #support, unless another one is named. */
    as: (name: string, channel: { id: string } = support, options: { thread?: string } = {}) =>
      client.as(userOf(name)).in(channel, options),
    /** What a user reads in a channel. */
    reads: (name: string, channel: { id: string } = support) => slack.seenBy(userOf(name), channel),
    /** The last of it. */
    lastRead: (name: string, channel: { id: string } = support) => slack.seenBy(userOf(name), channel).at(-1),
  }
}
