// A list of choices at a character of a textarea. The focus stays in the textarea, whose keys navigate the list.
import Combobox from '@github/combobox-nav'
import { caretPoint } from './caret.ts'

export interface PopupChoice {
  label: string
  detail: string
}

interface Shown {
  choices: readonly PopupChoice[]
  /** Shown if there are no choices. */
  empty?: string
  /** The character at which to show them. */
  at: number
  /** Whether Enter takes the first one. Where nothing has been typed yet, it ends the line. */
  highlightFirst: boolean
}

export interface Popup {
  show(shown: Shown): void
  hide(): void
  isOpen(): boolean
}

const gap = 4
const tallest = 256

/** A popup of a textarea, closed at first; calls back with the index of the chosen item. */
export function popupOf(box: HTMLTextAreaElement, choose: (index: number) => void): Popup {
  const list = emptyList()
  let combobox: Combobox | undefined
  let at = 0
  let content = ''
  list.addEventListener('combobox-commit', ({ target }) => choose([...list.children].indexOf(target as Element)))
  // Otherwise the textarea would lose the focus.
  list.addEventListener('mousedown', (event) => event.preventDefault())
  // There is one selected row: the mouse moves it, but a list that opens under the pointer does not.
  list.addEventListener('mousemove', ({ target }) => {
    const option = (target as Element).closest('[role="option"]')
    if (option && option.ariaSelected !== 'true') select(option, box, combobox)
  })
  box.addEventListener('scroll', () => combobox && position(list, box, at))

  return {
    show(shown) {
      at = shown.at
      const before = content
      content = JSON.stringify([shown.choices, shown.empty])
      // The response to the latest key changes nothing once the user navigates the list.
      if (content === before && combobox && list.querySelector('[aria-selected]')) return
      list.replaceChildren(...(shown.choices.length > 0 ? shown.choices.map(optionOf) : [emptyRow(shown.empty ?? '')]))
      if (!combobox) {
        box.after(list)
        combobox = new Combobox(box, list)
        combobox.start()
      }
      position(list, box, at)
      combobox.firstOptionSelectionMode = shown.highlightFirst ? 'selected' : 'none'
      combobox.resetSelection()
    },
    hide() {
      combobox?.destroy()
      combobox = undefined
      list.remove()
    },
    isOpen: () => combobox !== undefined,
  }
}

function emptyList(): HTMLElement {
  const list = document.createElement('ul')
  list.id = 'suggestions'
  list.className = 'popup'
  list.role = 'listbox'
  list.ariaLabel = 'Suggestions'
  return list
}

function optionOf({ label, detail }: PopupChoice, index: number): HTMLElement {
  const option = document.createElement('li')
  option.id = `suggestion-${index}`
  option.role = 'option'
  const [name, more] = [document.createElement('bdi'), document.createElement('span')]
  name.textContent = label
  more.textContent = detail
  more.className = 'aside'
  option.append(name, ' ', more)
  return option
}

function select(option: Element, box: HTMLTextAreaElement, combobox: Combobox | undefined): void {
  combobox?.clearSelection()
  option.ariaSelected = 'true'
  box.setAttribute('aria-activedescendant', option.id)
}

/** Nothing can be chosen. */
function emptyRow(text: string): HTMLElement {
  const row = document.createElement('li')
  row.role = 'presentation'
  row.className = 'aside'
  row.textContent = text
  return row
}

/**
 * Below the character if the list fits there without covering the buttons, or above; never beyond the edges of the
 * textarea.
 */
function position(list: HTMLElement, box: HTMLTextAreaElement, at: number): void {
  const { left, top, bottom } = caretPoint(box, at)
  list.hidden = bottom <= 0 || top >= box.clientHeight
  const edge = box.getBoundingClientRect().top
  const above = edge + top - gap
  const floor = Math.min(window.visualViewport?.height ?? window.innerHeight, topOfButtons(box))
  const below = floor - edge - bottom - gap
  list.style.maxHeight = `${tallest}px`
  const under = below >= list.offsetHeight || below >= above
  list.style.maxHeight = `${Math.max(tallest / 4, Math.min(tallest, (under ? below : above) - gap))}px`
  list.style.left = `${Math.max(0, Math.min(left, box.offsetWidth - list.offsetWidth))}px`
  list.style.top = `${under ? bottom + gap : top - gap - list.offsetHeight}px`
}

const topOfButtons = ({ form }: HTMLTextAreaElement): number =>
  Math.min(
    ...[...(form?.querySelectorAll('button') ?? [])]
      .filter((button) => button.offsetHeight > 0)
      .map((button) => button.getBoundingClientRect().top),
  )
