// The box to write a comment in, and what is said about what was written.
import { type IssueFacts, referenceOf } from '../../domain/issues.ts'
import { pathOf } from '../visit.ts'
import { type Notice, NoticeBox } from './notice.tsx'

/** What is in the box, and what is said about it. */
export interface Draft {
  /** The text that was not taken, or not sent yet. */
  body?: string
  notice?: Notice
}

interface Box extends Draft {
  facts: IssueFacts
  /** Names this comment, so that sending it twice is sending it once. */
  delivery: string
}

export const CommentBox = ({ facts, delivery, body = '', notice }: Box) => (
  <form id="comment" method="post" action={pathOf(facts)} data-issue={referenceOf(facts)}>
    <label for="body">Comment</label>
    <div class="box">
      <textarea id="body" name="body" rows={6} dir="auto" aria-describedby="hint">
        {body}
      </textarea>
    </div>
    <p id="hint" class="aside">
      Start a line with <kbd>/</kbd> for commands.
      <span class="scripted">
        {' '}
        <kbd>Ctrl+Enter</kbd> (<kbd>⌘+Enter</kbd>) sends.
      </span>
    </p>
    {/* Firefox would put the old value back when the page is loaded again. */}
    <input type="hidden" name="delivery" value={delivery} autocomplete="off" />
    <div class="buttons">
      <button type="submit" data-waiting="Sending…">
        Send
      </button>
      <button type="submit" class="quiet" formaction={`${pathOf(facts)}/preview`} data-waiting="Previewing…">
        Preview
      </button>
    </div>
    <div id="answer" role="status">
      {notice && <NoticeBox {...notice} />}
    </div>
  </form>
)
