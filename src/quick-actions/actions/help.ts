// /help: answers with the commands offered here, to the author alone.
import { ask } from '../../domain/rules/change.ts'
import { type Action, defineAction } from '../action.ts'
import { describe } from '../help.ts'

/** Help on a list of actions that includes itself: hence a function, called when the list is complete. */
export const helpOn = (actions: () => readonly Action[]) =>
  defineAction({
    name: 'help',
    aliases: [],
    summary: 'Show the commands you can use here; only you see the answer',
    usage: '',
    examples: ['/help'],
    accepts: 'nothing',
    ability: null,
    offered: () => true,
    plan: (change) => ask(change, 'help'),
    report(result, audience) {
      if (audience === 'public' || !result.offered) return ''
      return describe(actions().filter((action) => result.offered?.includes(action.name)))
    },
  })
