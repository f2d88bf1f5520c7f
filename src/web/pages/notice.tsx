// What is said about a comment that was sent or previewed, above the box: in words, with an icon and a color for its state.
import { Markdown } from '../markdown.tsx'

/** What became of what was sent. */
export type State = 'done' | 'partly' | 'refused' | 'waiting' | 'unsent'

export type Notice =
  | { state: State; sentences: readonly string[] }
  /** `text` is the comment that would be posted. */
  | { state: 'preview'; text: string; sentences: readonly string[] }

const labels: Record<Notice['state'], string> = {
  done: 'Done',
  partly: 'Partly done',
  refused: 'Not done',
  waiting: 'Queued',
  unsent: 'Not sent',
  preview: 'Preview: nothing has been sent',
}

const circle = 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13z'
const cross = `${circle}m-2.5 4 5 5m0-5-5 5`
const outlines: Record<Notice['state'], string> = {
  done: `${circle}m-3 6.75 2.1 2.1 4-4.2`,
  partly: 'M8 2 1.5 13.75h13zm0 4.5v3.25m0 2v.25',
  refused: cross,
  unsent: cross,
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
    {notice.sentences.map((sentence) => (
      <Markdown key={sentence} text={sentence} />
    ))}
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
