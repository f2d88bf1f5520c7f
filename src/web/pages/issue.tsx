// An issue: its comments, its contacts, and the comment box.
import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { latestComments, type ShownComment } from '../../domain/issues/comments.ts'
import { type IssueDetails, type IssueFacts, showIssue } from '../../domain/issues/issues.ts'
import { contactsOf } from '../../domain/issues/linking.ts'
import type { SignedInUser } from '../../domain/people/access-tokens.ts'
import { can } from '../../domain/rules/permissions.ts'
import { show, Time } from '../layout.tsx'
import { Markdown, tooHeavy } from '../markdown.tsx'
import { absentPage, issueOfPage, mayChange, numberField, pathOf, type Visit, whyNoComment } from '../visit.ts'
import { CommentBox, type CommentDraft } from './comment-box.tsx'
import { Contacts } from './contacts-block.tsx'
import { signInAddress } from './sign-in.tsx'

const pageSize = 100

/** `GET /:project/-/issues/:iid` with the latest comments, and `?before=34` for those before comment 34. */
export async function issue(visit: Visit): Promise<FastifyReply> {
  const facts = await issueOfPage(visit)
  const { project, iid } = visit.params
  // It was moved, or requested in another letter case.
  if (`/${project}/-/issues/${iid}` !== pathOf(facts)) return visit.reply.redirect(pathOf(facts), 302)
  return showIssuePage(visit, facts)
}

/** The page of an issue, with what is in the comment box and the notice above it. */
export async function showIssuePage(
  visit: Visit,
  facts: IssueFacts,
  { status, ...draft }: CommentDraft & { status?: number } = {},
) {
  const before = numberField(visit.request.query, 'before')
  const [shown, comments, contacts] = await Promise.all([
    showIssue(visit.db, facts.issueId),
    latestComments(visit.db, facts.issueId, facts.userId, { before, limit: pageSize + 1 }),
    can(facts.standing, 'read_issue_contacts') ? contactsOf(visit.db, facts.issueId) : null,
  ])
  if (!shown) throw absentPage(visit)
  const path = pathOf(facts)
  return show(
    visit,
    { title: `${shown.title} (#${facts.iid}) · ${facts.projectPath}`, status },
    <article class="issue" data-live={before ? undefined : `${path}/live`}>
      <Heading issue={shown} project={facts.projectPath} />
      <div id="contacts">{contacts && <Contacts contacts={contacts} />}</div>
      <Activity comments={comments} path={path} />
      <footer>
        {before && <a href={path}>Show the latest comments</a>}
        {!before && visit.user && <Commenting {...draft} facts={facts} user={visit.user} />}
        {visit.user === null && <a href={signInAddress(path)}>Sign in to comment</a>}
      </footer>
    </article>,
  )
}

const Commenting = ({ facts, user, ...draft }: CommentDraft & { facts: IssueFacts; user: SignedInUser }) => {
  const reason = whyNoComment(user, facts)
  if (!reason) return <CommentBox {...draft} facts={facts} delivery={randomUUID()} />
  return (
    <p class="aside" id="no-comment">
      {reason} {!mayChange(user) && <a href={signInAddress(pathOf(facts))}>Sign in with another token</a>}
    </p>
  )
}

const Heading = ({ issue, project }: { issue: IssueDetails; project: string }) => (
  <header id="heading">
    <p class="path">
      <a href={`/${project}/-/issues`}>{project}</a> #{issue.iid}
    </p>
    <h1 dir="auto">{issue.title}</h1>
    <p class="aside">
      <span class={`state ${issue.state}`}>{issue.state === 'opened' ? 'Open' : 'Closed'}</span>{' '}
      <bdi>{issue.author?.name ?? 'Deleted user'}</bdi> · <Time at={issue.createdAt} />
    </p>
    {issue.description && <Markdown text={issue.description} />}
  </header>
)

const Activity = ({ comments, path }: { comments: readonly ShownComment[]; path: string }) => {
  const shown = comments.slice(-pageSize)
  const plain = tooHeavy(shown.map(({ body }) => body))
  return (
    <section aria-label="Activity">
      <ol id="activity">
        {comments.length > pageSize && (
          <li id="earlier">
            <a href={`${path}?before=${shown[0]?.id}`}>Show earlier comments</a>
          </li>
        )}
        {shown.map((comment, at) =>
          comment.system ? (
            <Note key={comment.id} {...comment} />
          ) : (
            <Comment key={comment.id} {...comment} plain={plain[at]} />
          ),
        )}
      </ol>
    </section>
  )
}

const Comment = ({ id, author, createdAt, body, plain }: ShownComment & { plain?: boolean }) => (
  <li id={`note_${id}`} class="comment">
    <p class="by">
      <bdi>{author?.name ?? 'Deleted user'}</bdi> <Time at={createdAt} />
    </p>
    <Markdown text={body} plain={plain} />
  </li>
)

const Note = ({ id, author, createdAt, body }: ShownComment) => (
  <li id={`note_${id}`} class="note">
    <bdi>{author?.name ?? 'Deleted user'}</bdi> {body} · <Time at={createdAt} />
  </li>
)
