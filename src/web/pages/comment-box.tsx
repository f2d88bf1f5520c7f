// The comment box. Above it is the outcome of the last comment.
import { type IssueFacts, referenceOf } from '../../domain/issues/issues.ts'
import { pathOf } from '../visit.ts'
import { type Notice, NoticeBox } from './notice.tsx'

/** What is in the box, and the notice above it. */
export interface CommentDraft {
  /** The text that was rejected, or not sent yet. */
  body?: string
  notice?: Notice
}

interface Box extends CommentDraft {
  facts: IssueFacts
  /** The name of this comment, so that sending it twice posts once. */
  delivery: string
}

export const CommentBox = ({ facts, delivery, body = '', notice }: Box) => (
  <form id="comment" method="post" action={`${pathOf(facts)}#answer`} data-issue={referenceOf(facts)}>
    <div id="answer" role="status">
      {notice && <NoticeBox {...notice} />}
    </div>
    <template id="not-sent">
      <NoticeBox state="unsent" sentences={[]} />
    </template>
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
    {/* Firefox would restore the old value when the page is reloaded. */}
    <input type="hidden" name="delivery" value={delivery} autocomplete="off" />
    <div class="buttons">
      <button type="submit" data-waiting="Sending…">
        Send
      </button>
      <button type="submit" class="quiet" formaction={`${pathOf(facts)}/preview#answer`} data-waiting="Previewing…">
        Preview
      </button>
    </div>
  </form>
)
