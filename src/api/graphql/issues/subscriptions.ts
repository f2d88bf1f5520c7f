// Live changes, streamed as events, including those made by other processes, through notifications of the database.
import { Repeater, SlidingBuffer } from 'graphql-yoga'
import type { ListedIssue } from '../../../domain/issues/list-rows.ts'
import { isStillGood } from '../../../domain/people/access-tokens.ts'
import { watchForEnd } from '../../../domain/people/sessions.ts'
import type { News } from '../../../storage/notify.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { openLoaders } from '../loaders.ts'
import { missing } from '../refusals.ts'
import { IssueType, issueById } from './type.ts'

const Issuable = builder.unionType('Issuable', { types: [IssueType], resolveType: () => IssueType })

/** Did this change the contacts of its issue? A notification without details may have. */
function isOfContacts({ outcome }: News): boolean {
  const { result } = (outcome ?? {}) as { result?: { outcomes?: readonly { outcome: string }[] } }
  return result?.outcomes?.some(({ outcome: what }) => what === 'added' || what === 'removed') ?? true
}

/**
 * An event for each change of an issue's contacts, until the caller's token or session ends; changes while one is being
 * sent are merged.
 */
const changesOf = (issueId: number, { db, newsroom, user, ending }: Context): Repeater<true> =>
  new Repeater(async (push, stop) => {
    // Whatever ended the token, nothing is sent after it.
    const tell = async () => {
      if (user && !(await isStillGood(db, user.tokenId))) stop()
      else await push(true)
    }
    const tellOrFail = () => void tell().catch((fault: unknown) => stop(fault))
    const unfollow = newsroom.follow(issueId, (news) => isOfContacts(news) && tellOrFail(), tellOrFail)
    const unwatch = watchForEnd({ db, newsroom }, user, stop)
    const leave = ending(stop)
    await stop
    leave()
    unwatch()
    unfollow()
  }, new SlidingBuffer(1))

builder.subscriptionField('issueCrmContactsUpdated', (t) =>
  t.field({
    type: Issuable,
    description: 'The issue, as the caller can see it, each time its contacts change',
    args: { issuableId: t.arg({ type: 'IssuableID', required: true }) },
    subscribe: async (_, { issuableId }, context) =>
      (await issueById(context, issuableId)) ? changesOf(issuableId, context) : missing(),
    resolve: (_, { issuableId }, context): Promise<ListedIssue | null> => {
      // Nothing that was read for an earlier event is reused.
      context.load = openLoaders(context.db, context.userId)
      return issueById(context, issuableId)
    },
  }),
)
