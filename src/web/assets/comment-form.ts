// Sends and previews a comment without leaving the page. The server answers as it would without script; its answer is taken over.
import { parsePage, refresh } from './live.ts'

const unreachable = 'The server could not be reached. Your text is still here. Try again.'

/** Takes the sending of the form over. */
export function sendInPlace(form: HTMLFormElement): void {
  const box = form.elements.namedItem('body') as HTMLTextAreaElement
  let sending = false

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (sending) return
    if (box.value.trim() === '') {
      say(form, fault('Write something first.'))
      return
    }
    sending = true
    const button = (event.submitter ?? form.querySelector('button')) as HTMLButtonElement
    await whileWaiting(box, button, () => send(form, box, button))
    sending = false
  })

  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
}

async function whileWaiting(box: HTMLTextAreaElement, button: HTMLButtonElement, wait: () => Promise<void>): Promise<void> {
  const label = button.textContent
  const focused = document.activeElement
  button.disabled = true
  button.textContent = button.dataset.waiting ?? label
  box.readOnly = true
  await wait()
  box.readOnly = false
  button.disabled = false
  button.textContent = label
  // A disabled button loses the focus.
  if (focused === button && document.activeElement === document.body) button.focus()
}

async function send(form: HTMLFormElement, box: HTMLTextAreaElement, button: HTMLButtonElement): Promise<void> {
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>)
  try {
    const response = await fetch(button.getAttribute('formaction') ?? form.action, {
      method: 'POST',
      body,
      headers: { accept: 'text/html' },
    })
    takeOver(form, box, parsePage(await response.text()))
  } catch {
    say(form, fault(unreachable))
  }
}

function takeOver(form: HTMLFormElement, box: HTMLTextAreaElement, page: Document): void {
  const fresh = page.querySelector<HTMLFormElement>('#comment')
  const answer = fresh?.querySelector('#answer')?.childNodes ?? [fault(sentenceOf(page))]
  say(form, ...answer)
  // What was not taken is still in the box that the server shows.
  if (!fresh || fieldOf(fresh, 'body').value !== '') return
  box.value = ''
  fieldOf(form, 'delivery').value = fieldOf(fresh, 'delivery').value
  void refresh()
}

const sentenceOf = (page: Document) => `${page.querySelector('#fault')?.textContent ?? 'This could not be sent.'} Your text is still here.`

const fieldOf = (form: HTMLFormElement, name: string) => form.elements.namedItem(name) as HTMLTextAreaElement | HTMLInputElement

const say = (form: HTMLFormElement, ...what: Node[]) => form.querySelector('#answer')?.replaceChildren(...what)

/** As the server shows what was not sent. */
function fault(sentence: string): HTMLElement {
  const notice = document.createElement('div')
  notice.className = 'notice unsent'
  notice.textContent = sentence
  return notice
}
