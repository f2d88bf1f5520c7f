// Shows others' changes to the issue. The page itself is loaded again for its current state.

const parts = ['heading', 'activity', 'contacts']

/** Follows the issue while the tab is visible: a browser has few connections to a server for all its tabs. */
export function keepLive(address: string): void {
  let news: EventSource | undefined
  const follow = () => {
    news?.close()
    if (document.hidden) return
    news = new EventSource(address)
    // Changes before the connection was open were not reported.
    news.addEventListener('open', refresh)
    news.addEventListener('changed', refresh)
  }
  document.addEventListener('visibilitychange', follow)
  follow()
}

let running = false
let due = false

/** Updates the page. One update at a time, so that an older state never overwrites a newer one. */
export async function refresh(): Promise<void> {
  due = running
  if (running) return
  running = true
  await look().catch(() => {})
  running = false
  if (due) await refresh()
}

async function look(): Promise<void> {
  const response = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } })
  if (!response.ok || response.redirected) return
  const fresh = parsePage(await response.text())
  keepingTheBox(() => {
    for (const part of parts) merge(document.getElementById(part), fresh.getElementById(part))
    document.title = fresh.title
  })
}

export const parsePage = (text: string): Document => new DOMParser().parseFromString(text, 'text/html')

// Unchanged elements stay, and with them the focus and the selection.
function merge(shown: Element | null, fresh: Element | null): void {
  if (!shown || !fresh) return
  const wanted = [...fresh.children]
  const kept = new Set(wanted.map(({ id }) => id))
  for (const child of [...shown.children]) if (!kept.has(child.id)) child.remove()
  for (const [at, child] of wanted.entries()) {
    const there = shown.children[at]
    if (!there) shown.append(child)
    else if (!there.isEqualNode(child)) there.replaceWith(child)
  }
  for (const child of [...shown.children].slice(wanted.length)) child.remove()
}

// The box stays at the same position on the screen while the user types, whatever grows above.
function keepingTheBox(change: () => void): void {
  const box = document.activeElement?.closest('#comment')
  if (!box) {
    change()
    return
  }
  const root = document.documentElement
  root.style.overflowAnchor = 'none'
  const before = box.getBoundingClientRect().top
  change()
  scrollBy({ top: box.getBoundingClientRect().top - before, behavior: 'instant' })
  requestAnimationFrame(() => root.style.removeProperty('overflow-anchor'))
}
