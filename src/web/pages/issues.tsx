// The issues of a project, newest first.
import { listIssues, readProjectFacts, type ShownIssue } from '../../domain/issues/issues.ts'
import { can } from '../../domain/rules/permissions.ts'
import { show, Time } from '../layout.tsx'
import { absent, numberField, type Visit } from '../visit.ts'

const pageSize = 50

/** `GET /:project/-/issues`, and `?below=12` for those before number 12. */
export async function issues(visit: Visit) {
  const { project = '' } = visit.params
  const facts = await readProjectFacts(visit.db, project, visit.asker?.userId ?? null)
  if (!facts || !can(facts.standing, 'read_issue')) throw absent(visit)
  const below = numberField(visit.request.query, 'below')
  const found = await listIssues(visit.db, facts.projectId, { below, limit: pageSize + 1 })
  const page = { project: facts.projectPath, issues: found.slice(0, pageSize), below, more: found.length > pageSize }
  return show(visit, { title: `Issues · ${facts.projectPath}` }, <Issues {...page} />)
}

interface IssuePage {
  project: string
  issues: readonly ShownIssue[]
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

const Row = ({ project, issue: { iid, title, state, author, createdAt } }: { project: string; issue: ShownIssue }) => (
  <li>
    <a href={`/${project}/-/issues/${iid}`} dir="auto">
      {title}
    </a>
    <span class="aside">
      #{iid} · {state === 'opened' ? 'open' : 'closed'} · <bdi>{author?.name ?? 'Deleted user'}</bdi> · <Time at={createdAt} />
    </span>
  </li>
)
