// The issues of a project, newest first.
import { projectFor } from '../../domain/groups/guard.ts'
import { type IssueDetails, listIssues } from '../../domain/issues/issues.ts'
import { show, Time } from '../layout.tsx'
import { callerOf, foundForPage, numberField, type Visit } from '../visit.ts'

const pageSize = 50

/** `GET /:project/-/issues`, and `?below=12` for those before number 12. */
export async function showIssueList(visit: Visit) {
  const { project = '' } = visit.params
  const { id, fullPath } = foundForPage(visit, await projectFor(visit.db, callerOf(visit), project))
  const below = numberField(visit.request.query, 'below')
  const listed = await listIssues(visit.db, id, { below, limit: pageSize + 1 })
  const page = { project: fullPath, issues: listed.slice(0, pageSize), below, more: listed.length > pageSize }
  return show(visit, { title: `Issues · ${fullPath}` }, <Issues {...page} />)
}

interface IssuePage {
  project: string
  issues: readonly IssueDetails[]
  below: number | undefined
  more: boolean
}

const Issues = ({ project, issues, below, more }: IssuePage) => (
  <>
    <p class="path">{project}</p>
    <h1>Issues</h1>
    {issues.length === 0 && <p class="empty">{below ? 'No older issues.' : 'No issues yet.'}</p>}
    <ul class="rows">
      {issues.map((issue) => (
        <Row key={issue.id} project={project} issue={issue} />
      ))}
    </ul>
    <nav class="paging" aria-label="Pages">
      {below && <a href={`/${project}/-/issues`}>Newest</a>}
      {more && <a href={`/${project}/-/issues?below=${issues.at(-1)?.iid}`}>Older</a>}
    </nav>
  </>
)

const Row = ({
  project,
  issue: { iid, title, state, author, createdAt },
}: {
  project: string
  issue: IssueDetails
}) => (
  <li>
    <a href={`/${project}/-/issues/${iid}`} dir="auto">
      {title}
    </a>
    <span class="aside">
      #{iid} · {state === 'opened' ? 'open' : 'closed'} · <bdi>{author?.name ?? 'Deleted user'}</bdi> ·{' '}
      <Time at={createdAt} />
    </span>
  </li>
)
