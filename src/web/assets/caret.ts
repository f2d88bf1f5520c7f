// Finds the position of a character in a textarea. Browsers have no API for it; a copy of the text with the same layout
// has the answer.

const copied = `box-sizing border padding font font-kerning letter-spacing word-spacing line-height tab-size text-indent
  text-transform direction overflow-wrap word-break`.split(/\s+/)

export interface CaretPoint {
  left: number
  top: number
  bottom: number
}

/**
 * The position of the character at `offset`, relative to the corner of the textarea, with its current scroll offset.
 */
export function caretPoint(box: HTMLTextAreaElement, offset: number): CaretPoint {
  const { copy, mark } = copyOf(box, offset)
  box.after(copy)
  const corner = copy.getBoundingClientRect()
  const { left = 0, top = 0, bottom = 0 } = mark.getClientRects()[0] ?? {}
  copy.remove()
  const scrolled = corner.top + box.scrollTop
  return { left: left - corner.left, top: top - scrolled, bottom: bottom - scrolled }
}

function copyOf(box: HTMLTextAreaElement, offset: number): { copy: HTMLElement; mark: HTMLElement } {
  const copy = document.createElement('div')
  const style = getComputedStyle(box)
  for (const name of copied) copy.style.setProperty(name, style.getPropertyValue(name))
  // A scroll bar takes space from the text.
  const width = box.clientWidth + Number.parseFloat(style.borderLeftWidth) + Number.parseFloat(style.borderRightWidth)
  Object.assign(copy.style, {
    position: 'absolute',
    visibility: 'hidden',
    whiteSpace: 'pre-wrap',
    inset: '0 auto auto 0',
    width: `${width}px`,
  })
  // The rest of the line decides whether its first word still fits on the row.
  const mark = document.createElement('span')
  mark.textContent = /.*/.exec(box.value.slice(offset))?.[0] || '.'
  copy.append(box.value.slice(0, offset), mark)
  return { copy, mark }
}
