// The outcome of a comment that was sent or previewed: in words, with an icon and a color for its state, and the
// possible next steps.
import type { FittingContact, Wish } from '../../domain/rules/change.ts'
import type { Choice } from '../../quick-actions/choices.ts'
import type { LineState } from '../../quick-actions/left.ts'
import { Markdown } from '../markdown.tsx'

export type Notice =
  | { state: LineState; sentences: readonly string[]; choices?: readonly Choice[] }
  | { state: 'waiting' | 'unsent'; sentences: readonly string[] }
  /** `text` is the comment that would be posted. */
  | { state: 'preview'; text: string; sentences: readonly string[] }
  /** The comment may be intended as the command of this name. */
  | { state: 'unsure'; name: string }

const labels: Record<Notice['state'], string> = {
  done: 'Done',
  partly: 'Partly done',
  refused: 'Not done',
  waiting: 'Queued',
  unsent: 'Not sent',
  unsure: 'Not posted yet',
  preview: 'Preview: nothing has been sent',
}

const circle = 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13z'
const cross = `${circle}m-2.5 4 5 5m0-5-5 5`
const outlines: Record<Notice['state'], string> = {
  done: `${circle}m-3 6.75 2.1 2.1 4-4.2`,
  partly: 'M8 2 1.5 13.75h13zm0 4.5v3.25m0 2v.25',
  refused: cross,
  unsent: cross,
  unsure: `${circle}m-1.75 5a1.75 1.75 0 1 1 2.6 1.5q-.85.5-.85 1.35m0 2v.2`,
  waiting: `${circle}m0 3v3.75l2.5 1.5`,
  preview: 'M1 8s2.5-4.75 7-4.75S15 8 15 8s-2.5 4.75-7 4.75S1 8 1 8zm5-0a2 2 0 1 0 4 0 2 2 0 1 0-4 0z',
}

export const NoticeBox = (notice: Notice) => (
  <div class={`notice ${notice.state}`}>
    <p class="state-line">
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d={outlines[notice.state]} />
      </svg>
      <strong>{labels[notice.state]}</strong>
    </p>
    {notice.state === 'preview' && <PreviewedText {...notice} />}
    {notice.state === 'unsure' && <NearMiss {...notice} />}
    {'sentences' in notice && notice.sentences.map((sentence) => <Markdown key={sentence} text={sentence} />)}
    {'choices' in notice &&
      notice.choices?.map((choice) => <Choices key={`${choice.wish} ${choice.name}`} {...choice} />)}
  </div>
)

const PreviewedText = ({ text, sentences }: { text: string; sentences: readonly string[] }) => (
  <>
    {text === '' && <p>No comment will be posted: it contains only commands.</p>}
    {text !== '' && (
      <blockquote>
        <Markdown text={text} />
      </blockquote>
    )}
    {sentences.length > 0 && <p>Only you will see:</p>}
  </>
)

const NearMiss = ({ name }: { name: string }) => (
  <>
    <p>
      Did you mean <code>/{name}</code>?
    </p>
    <p class="buttons">
      <button type="submit" name="as" value="command" data-waiting="Running…">
        Run /{name}
      </button>
      <button type="submit" name="as" value="text" class="quiet" data-waiting="Posting…">
        Post as text
      </button>
    </p>
  </>
)

const verbs: Record<Wish, string> = { add: 'Add', remove: 'Remove' }

/** The value of a button: the command it runs, and the name in the box that it replaces. */
const Choices = ({ name, wish, contacts }: Choice) => (
  <fieldset>
    <legend>
      Which <q>{name}</q> did you mean?
    </legend>
    <div class="buttons">
      {contacts.map((contact) => (
        <button key={contact.id} type="submit" name="choice" value={`${contact.command}\n${name}`} class="quiet">
          {verbs[wish]} <bdi>{contact.name}</bdi> ({detailOf(contact)})
        </button>
      ))}
    </div>
  </fieldset>
)

const detailOf = ({ address, organization, id }: FittingContact): string => address ?? organization ?? `#${id}`
