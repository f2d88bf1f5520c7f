// Users' Markdown as elements: raw HTML is text, an image is a link, and links lead only to safe targets.
import MarkdownIt, { type StateBlock, type Token } from 'markdown-it'
import { type ComponentChildren, h } from 'preact'

// A longer or heavier text is shown as typed: parsing Markdown takes time from every other request.
const longest = 32 * 1024
const heaviest = { text: 4_000, page: 30_000, cache: 60_000 }

/** Blocks nested deeper than this are text: the depth of a page is bounded. */
const deepest = 16

const reader = new MarkdownIt({ html: false, breaks: true, linkify: true, maxNesting: 2 * deepest })
// An address without a scheme is prose more often than a link: "file.ts", "e.g.this".
reader.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
// Browsers read a scheme up to the first colon, unless a path begins before it.
reader.validateLink = (link) => /^(?:https?|mailto):/i.test(link) || !/^[^/?#]*:/.test(link)
reader.block.ruler.before('table', 'too_deep', readAsText)

/** A Markdown text; shown as typed if it is too heavy, or `plain`. */
export const Markdown = ({ text, plain }: { text: string; plain?: boolean }) => {
  const isPlain = plain || weigh(text) > heaviest.text
  return (
    <div class={isPlain ? 'prose plain' : 'prose'} dir="auto">
      {isPlain ? text : readText(text)}
    </div>
  )
}

/** Which texts of a page are shown as typed, so that together they are not too heavy: the earliest ones. */
export function tooHeavy(texts: readonly string[]): boolean[] {
  let left = heaviest.page
  const plain = [...texts].reverse().map((text) => {
    if (left > 0) left -= weigh(text)
    return left <= 0
  })
  return plain.reverse()
}

/** Punctuation and line ends cost time, letters hardly any. */
const weigh = (text: string): number =>
  text.length > longest ? Number.POSITIVE_INFINITY : text.length / 64 + (text.match(/[^\p{L}\p{N} ]/gu)?.length ?? 0)

// After every change to an issue, its readers request the whole page again.
const cache = new Map<string, ComponentChildren>()
let cached = 0

function readText(text: string): ComponentChildren {
  const elements = cache.get(text) ?? elementsOf(reader.parse(text, {}))
  if (!cache.delete(text)) cached += weigh(text)
  cache.set(text, elements)
  for (const [oldest] of cache) {
    if (cached <= heaviest.cache) break
    cache.delete(oldest)
    cached -= weigh(oldest)
  }
  return elements
}

interface Open {
  token: Token
  children: ComponentChildren[]
}

function elementsOf(tokens: readonly Token[]): ComponentChildren[] {
  const found: ComponentChildren[] = []
  const open: Open[] = []
  const add = (child: ComponentChildren) => (open.at(-1)?.children ?? found).push(child)
  for (const token of tokens) {
    if (token.nesting === 1) open.push({ token, children: [] })
    else if (token.nesting === 0) add(leafOf(token, open))
    else {
      const closed = open.pop()
      if (closed) add(elementOf(closed))
    }
  }
  return found
}

const rel = 'noopener nofollow ugc'

function elementOf({ token, children }: Open): ComponentChildren {
  const attribute = (name: string) => token.attrGet(name) ?? undefined
  switch (token.type) {
    case 'paragraph_open':
      return token.hidden ? children : h('p', null, children)
    case 'heading_open':
      // The title of the page is the only heading of the first level, and its sections have the second.
      return h(`h${Math.min(6, Number(token.tag.slice(1)) + 2)}`, null, children)
    case 'link_open':
      return h('a', { href: attribute('href'), title: attribute('title'), rel }, children)
    case 'ordered_list_open':
      return h('ol', { start: attribute('start') }, children)
    case 'th_open':
    case 'td_open':
      return h(token.tag, { class: String(attribute('style') ?? '').replace('text-align:', '') || undefined }, children)
    default:
      return h(token.tag, null, children)
  }
}

function leafOf(token: Token, open: readonly Open[]): ComponentChildren {
  switch (token.type) {
    case 'inline':
      return elementsOf(token.children ?? [])
    case 'image':
      return imageLink(token, open)
    case 'code_inline':
      return h('code', null, token.content)
    case 'fence':
    case 'code_block':
      // Whatever scrolls sideways can be reached by keyboard.
      return h('pre', { tabindex: 0 }, h('code', null, token.content))
    case 'softbreak':
    case 'hardbreak':
      return [h('br', null), '\n']
    case 'hr':
      return h('hr', null)
    default:
      return token.content
  }
}

/** Loading an image would tell its server who reads the page. */
function imageLink(token: Token, open: readonly Open[]): ComponentChildren {
  const label = token.content || 'Image'
  const inLink = open.some((one) => one.token.type === 'link_open')
  return inLink ? label : h('a', { href: token.attrGet('src') ?? undefined, rel }, label)
}

function readAsText(state: StateBlock, start: number, end: number): boolean {
  if (state.level < deepest) return false
  state.push('paragraph_open', 'p', 1)
  state.push('text', '', 0).content = state.getLines(start, end, state.blkIndent, false).trim()
  state.push('paragraph_close', 'p', -1)
  state.line = end
  return true
}
