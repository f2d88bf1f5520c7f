// What is being typed at the end of a line, for the popup.
import type { Action } from './action.ts'
import { parse } from './grammar/arguments.js'
import { findAction } from './index.ts'

/**
 * What is being typed. A choice replaces the text from `from` to the end of the line; offsets count UTF-16 units from
 * 0.
 */
export type Typing =
  /** A name: a choice inserts `sign`, the name and a blank. */
  | { kind: 'command'; from: number; sign: '/' | ''; term: string }
  /** A contact reference in the arguments of `action`; `earlier` are the addresses before it. */
  | { kind: 'contact'; action: Action; from: number; term: string; earlier: string[] }
  | { kind: 'none' }

/**
 * Finds out what is being typed.
 * @param line the line up to the caret; of any length, read in linear time
 * @returns kind `none` where nothing fits: in text, in an unknown command, or in one that suggests no contacts
 */
export function typing(line: string): Typing {
  const typed = parse(line, { startRule: 'caret' })
  if (typed.kind !== 'contact') return typed
  const action = findAction(typed.command)
  return action?.suggests
    ? { kind: 'contact', action, from: typed.from, term: typed.term, earlier: typed.earlier }
    : { kind: 'none' }
}
