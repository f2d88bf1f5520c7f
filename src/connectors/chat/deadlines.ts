// How long users of a chat wait for us, and what they read until then.
import { withTimeout } from '../../timeout.ts'
import type { ChatHouse, Said } from './chat.ts'

// Slack and Discord wait three seconds for the answer to a command, the others longer.
// docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands
const forCommand = 2_500

/**
 * How much of that, in milliseconds, is spent on waiting for the outcome: Slack's first response to a command can't be
 * replaced later.
 */
export const forOutcome = 1_500

/** How much of it is spent on asking the chat who a user is. */
export const forAddress = 1_500

const late: Said = {
  text: 'This is taking longer than usual. If no answer comes within a minute, send it again: nothing is done twice.',
}

const sorry =
  'Something went wrong on our side, and your command may not have been received. Send it again: nothing is done twice.'

/** What a chat shows if there is nothing else to show in time. */
export const sendAgain =
  'This is taking too long, or something went wrong on our side. Send it again in a moment: nothing is done twice.'

export const workingOnIt = 'Working on it …'

/** What the author reads at once; '' if the outcome itself is on its way. */
export function textAtOnce({ text, taken }: Said): string {
  const waits = taken && !taken.outcome && text === ''
  return waits ? workingOnIt : text
}

/**
 * The answer within the time that a chat waits, also on a fault. A later one is passed to `tell`.
 * @param work ends by itself
 */
export async function inTime(
  { chat, log }: Pick<ChatHouse, 'chat' | 'log'>,
  work: Promise<Said>,
  tell: (said: Said) => Promise<unknown>,
): Promise<Said> {
  const done = work.catch((fault: unknown): Said => {
    log.error({ fault }, `something from ${chat.title} could not be dealt with`)
    return { text: sorry }
  })
  return withTimeout(done, forCommand, () => {
    // The outcome is sent separately and needs no announcement.
    void done
      .then((said) => (said.text === '' ? undefined : tell(said)))
      .catch((fault: unknown) => log.warn({ fault }, `could not tell ${chat.title} what came late`))
    return late
  })
}

// If there is no outcome by then, "Working on it" is on its way: it must arrive before the outcome does.
const [from, until] = [forOutcome - 200, forOutcome + 800]

/** Waits until what is said at once has arrived. @param since when the comment was submitted (epoch, milliseconds) */
export const afterWorkingOnIt = (since: number): Promise<void> => {
  const age = Date.now() - since
  return new Promise((resolve) => (age < from || age > until ? resolve() : setTimeout(resolve, until - age)))
}
