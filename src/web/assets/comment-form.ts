// Sends and previews a comment without leaving the page. The server's response is the same as without a script; its
// content is inserted.
import { parsePage, refresh } from './live.ts'

const unreachable = 'The server could not be reached. Your text is still here. Try again.'

/** Takes over the sending of the form. */
export function sendInPlace(form: HTMLFormElement): void {
  const box = boxOf(form)
  let sending = false

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (sending) return
    const pressed = event.submitter as HTMLButtonElement | null
    if (box.value.trim() === '' && !pressed?.name) {
      tell(form, unsent('Write something first.'))
      return
    }
    sending = true
    const button = pressed ?? (form.querySelector('.buttons button') as HTMLButtonElement)
    // Read before the button is disabled, which would leave it out.
    const fields = new FormData(form, pressed)
    await whileWaiting(box, button, () => send(form, button, fields))
    sending = false
  })

  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })

  restore(box)
}

const boxOf = (form: HTMLFormElement) => form.elements.namedItem('body') as HTMLTextAreaElement

async function whileWaiting(
  box: HTMLTextAreaElement,
  button: HTMLButtonElement,
  wait: () => Promise<void>,
): Promise<void> {
  const label = button.textContent
  const focused = document.activeElement
  button.disabled = true
  button.textContent = button.dataset.waiting ?? label
  box.readOnly = true
  await wait()
  box.readOnly = false
  button.disabled = false
  button.textContent = label
  // A disabled button loses the focus; a button in an answer disappears with it.
  if (focused === button && document.activeElement === document.body)
    (button.isConnected ? button : box).focus({ preventScroll: true })
}

async function send(form: HTMLFormElement, button: HTMLButtonElement, fields: FormData): Promise<void> {
  const body = new URLSearchParams(fields as unknown as Record<string, string>)
  try {
    const response = await fetch(button.getAttribute('formaction') ?? form.action, {
      method: 'POST',
      body,
      headers: { accept: 'text/html' },
    })
    takeOver(form, parsePage(await response.text()))
  } catch {
    tell(form, unsent(unreachable))
  }
}

function takeOver(form: HTMLFormElement, page: Document): void {
  const fresh = page.querySelector<HTMLFormElement>('#comment')
  const box = boxOf(form)
  if (!fresh) {
    const signIn = page.querySelector('#sign-in')
    if (signIn) keep(box.value)
    tell(
      form,
      unsent(
        `${page.querySelector('#fault')?.textContent ?? 'This could not be sent.'} Your text is still here.`,
        signIn,
      ),
    )
    return
  }
  // What was rejected, or failed, is in the box that the server renders.
  const left = boxOf(fresh).value
  if (box.value !== left) box.value = left
  const delivery = (one: HTMLFormElement) => one.elements.namedItem('delivery') as HTMLInputElement
  delivery(form).value = delivery(fresh).value
  tell(form, ...(fresh.querySelector('#answer')?.childNodes ?? []))
  void refresh()
}

function tell(form: HTMLFormElement, ...what: Node[]): void {
  const answer = form.querySelector('#answer') as HTMLElement
  answer.replaceChildren(...what)
  if (what.length > 0) answer.scrollIntoView({ block: 'nearest' })
}

/** The same as the server's message for a comment that was not sent. */
function unsent(sentence: string, link: Element | null = null): DocumentFragment {
  const fragment = (document.querySelector('#not-sent') as HTMLTemplateElement).content.cloneNode(
    true,
  ) as DocumentFragment
  const line = document.createElement('p')
  line.append(sentence, ...(link ? [' ', link] : []))
  fragment.querySelector('.notice')?.append(line)
  return fragment
}

// Kept in this tab while the user signs in.
const draft = `draft ${location.pathname}`

function keep(text: string): void {
  try {
    sessionStorage.setItem(draft, text)
  } catch {
    // A browser may forbid it, or have no room: going back brings the text as well.
  }
}

function restore(box: HTMLTextAreaElement): void {
  try {
    const text = sessionStorage.getItem(draft)
    sessionStorage.removeItem(draft)
    if (text && box.value === '') box.value = text
  } catch {
    // The same.
  }
}
