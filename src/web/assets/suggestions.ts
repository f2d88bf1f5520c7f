// Suggests commands and contacts during typing. The server decides what fits at the caret, and what a choice replaces.
import { popupOf } from './popup.ts'

interface Suggestions {
  kind: 'command' | 'contact' | 'none'
  /** Where the replaced text begins in the line; it ends at the caret. */
  from: number
  items: readonly { label: string; detail: string; insert: string }[]
  /** What to show if the list is empty. */
  empty?: string
}

/** The line up to the caret, and where it begins. */
interface Line {
  text: string
  start: number
}

const pause = 60
const longestLine = 4_000
const nothing: Suggestions = { kind: 'none', from: 0, items: [] }

/** Adds suggestions to the form's text box. */
export function suggestIn(form: HTMLFormElement): void {
  const box = form.elements.namedItem('body') as HTMLTextAreaElement
  let asking = new AbortController()
  let line: Line | undefined
  let offered = nothing
  /** Where the popup was dismissed: it doesn't reopen there by itself. */
  let dismissedAt = -1

  const popup = popupOf(box, (index) => {
    const { insert } = offered.items[index] as { insert: string }
    popup.hide()
    insertText(box, { from: startOf(offered), to: box.selectionEnd, text: insert })
    // After a command, its arguments are suggested; after a contact, only once the user types on.
    if (offered.kind === 'contact') stop()
  })
  const startOf = ({ from }: Suggestions) => (line?.start ?? 0) + from

  function stop(): void {
    asking.abort()
    popup.hide()
  }

  function ask(): void {
    asking.abort()
    asking = new AbortController()
    line = commandLine(box)
    if (!line) popup.hide()
    else fetchSuggestions(form.dataset.issue ?? '', line.text, asking.signal).then(offer, () => {})
  }

  function offer(found: Suggestions): void {
    offered = found
    const at = startOf(found)
    const isNothing = found.items.length === 0 && !found.empty
    const highlightFirst = line?.text.slice(found.from).trim() !== ''
    if (isNothing || at === dismissedAt) popup.hide()
    else popup.show({ choices: found.items, empty: found.empty, at, highlightFirst })
    if (at !== dismissedAt) dismissedAt = -1
  }

  box.addEventListener('input', (event) => (event as InputEvent).isComposing || ask())
  box.addEventListener('compositionend', ask)
  box.addEventListener('blur', stop)
  form.addEventListener('submit', stop)
  document.addEventListener('selectionchange', () => {
    if (line && box.selectionEnd !== line.start + line.text.length) stop()
  })
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing || !popup.isOpen()) return
    event.preventDefault()
    dismissedAt = startOf(offered)
    stop()
  })
}

/** The line up to the caret, if it may contain a command. No other text is sent to the server. */
function commandLine({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): Line | undefined {
  const start = value.lastIndexOf('\n', selectionEnd - 1) + 1
  const text = value.slice(start, selectionEnd)
  const mayBe = selectionStart === selectionEnd && text.length <= longestLine && /^(\/|@rolobot\b)/i.test(text)
  return mayBe ? { text, start } : undefined
}

async function fetchSuggestions(issue: string, text: string, signal: AbortSignal): Promise<Suggestions> {
  await new Promise((resolve) => setTimeout(resolve, pause))
  signal.throwIfAborted()
  const response = await fetch(`/api/suggestions?${new URLSearchParams({ issue, text, limit: '10' })}`, { signal })
  const found = response.ok ? ((await response.json()) as Suggestions) : nothing
  signal.throwIfAborted()
  return found
}

/** Replaces a part of the text as if it had been typed, so that it can be undone. */
function insertText(box: HTMLTextAreaElement, { from, to, text }: { from: number; to: number; text: string }): void {
  box.focus({ preventScroll: true })
  box.setSelectionRange(from, to)
  if (document.execCommand('insertText', false, text)) return
  box.setRangeText(text, from, to, 'end')
  box.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
