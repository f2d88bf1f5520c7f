// The box to write a comment in, and what is said about what was written.
import { type IssueFacts, referenceOf } from '../../domain/issues.ts'
import { pathOf } from '../visit.ts'

/** What is in the box, and what is said about it. */
export interface Draft {
  /** The text that was not taken, or not sent yet. */
  body?: string
  notice?: Notice
}

export type Notice =
  | { kind: 'answer' | 'fault'; sentences: readonly string[] }
  | { kind: 'preview'; text: string; sentences: readonly string[] }

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
      A line that begins with <kbd>/</kbd> is a command.
      <span class="scripted">
        {' '}
        <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd> sends.
      </span>
    </p>
    {/* Firefox would put the old value back when the page is loaded again. */}
    <input type="hidden" name="delivery" value={delivery} autocomplete="off" />
    <div class="buttons">
      <button type="submit" data-waiting="Sending…">
        Send
      </button>
      <button type="submit" class="quiet" formaction={`${pathOf(facts)}/preview`} data-waiting="Looking…">
        Preview
      </button>
    </div>
    <div id="answer" role="status">
      {notice && <Answer {...notice} />}
    </div>
  </form>
)

const Answer = (notice: Notice) => (
  <div class={`notice ${notice.kind}`}>
    {notice.kind === 'preview' && <PreviewedText {...notice} />}
    {notice.sentences.map((sentence) => (
      <p key={sentence} class="text">
        {sentence}
      </p>
    ))}
  </div>
)

const PreviewedText = ({ text, sentences }: { text: string; sentences: readonly string[] }) => (
  <>
    <p>
      <strong>Preview. Nothing has been sent.</strong>
    </p>
    <p>{text ? 'The comment:' : 'No comment will be left, as there are only commands.'}</p>
    {text && (
      <blockquote class="text" dir="auto">
        {text}
      </blockquote>
    )}
    {sentences.length > 0 && <p>What would be answered, to you alone:</p>}
  </>
)
