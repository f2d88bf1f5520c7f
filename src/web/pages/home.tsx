// The home page: the projects that the user can see.
import { visibleProjects } from '../../domain/groups/groups.ts'
import { show } from '../layout.tsx'
import type { Visit } from '../visit.ts'

const mostProjects = 200

/** `GET /` */
export async function home(visit: Visit) {
  if (!visit.user) return visit.reply.redirect('/users/sign_in')
  const projects = await visibleProjects(visit.db, visit.user.userId, mostProjects + 1)
  return show(visit, { title: 'Projects' }, <Projects projects={projects} />)
}

const Projects = ({ projects }: { projects: Awaited<ReturnType<typeof visibleProjects>> }) => (
  <>
    <h1>Projects</h1>
    {projects.length === 0 && <p class="empty">You aren't a member of any project yet.</p>}
    <ul class="rows">
      {projects.slice(0, mostProjects).map(({ fullPath, name }) => (
        <li key={fullPath}>
          <a href={`/${fullPath}/-/issues`} dir="auto">
            {name}
          </a>
          <span class="aside">{fullPath}</span>
        </li>
      ))}
    </ul>
    {projects.length > mostProjects && <p class="aside">Only the first {mostProjects} are shown, by path.</p>}
  </>
)
