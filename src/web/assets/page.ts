// The script: the popup at the caret, sending without leaving the page, and live updates. Everything works without it.
import { sendInPlace } from './comment-form.ts'
import { keepLive } from './live.ts'
import { suggestIn } from './suggestions.ts'

const form = document.querySelector<HTMLFormElement>('#comment')
if (form) {
  sendInPlace(form)
  suggestIn(form)
}
const address = document.querySelector<HTMLElement>('[data-live]')?.dataset.live
if (address) keepLive(address)
