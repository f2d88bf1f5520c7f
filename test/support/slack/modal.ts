// What people do in the modal in front of them, and what the client of Slack makes of the app's answers.
import { elementsOf, faultsOfOptions } from './blocks.ts'
import { type Hand, SlackFailure } from './hand.ts'
import { interaction } from './payloads.ts'
import { closeView, pushView, topView, updateView } from './views.ts'
import { type Json, newTrigger, newTs, type SlackUser, type SlackView } from './world.ts'

interface Option extends Json {
  text: { type: string; text: string }
  value: string
}

interface Field {
  view: SlackView
  block: Json
  element: Json
  blockId: string
  actionId: string
}

/** Refuses as the client of Slack does, before the app hears of it. */
const stop = (problem: string): never => {
  throw new SlackFailure(problem)
}

export function modalOf({ slack, send }: Hand, user: SlackUser) {
  const { world } = slack
  const current = (): SlackView => topView(world, user.id) ?? stop(`there is no modal in front of ${user.name}`)
  const trigger = () => newTrigger(world, user.id)

  function field(name: string): Field {
    const view = current()
    for (const block of view.blocks)
      for (const element of elementsOf(block))
        if (block.block_id === name || element.action_id === name)
          return { view, block, element, blockId: String(block.block_id), actionId: String(element.action_id) }
    return stop(`the modal has no field ${name}`)
  }

  async function dispatch({ view, block, element, blockId, actionId }: Field, done: Json): Promise<void> {
    if (block.type === 'input' && !block.dispatch_action) return
    const action = { type: element.type, block_id: blockId, action_id: actionId, ...done, action_ts: newTs() }
    const container = { type: 'view', view_id: view.id }
    await send(
      { ...interaction(slack, 'block_actions', user), container, trigger_id: trigger(), view, actions: [action] },
      false,
    )
  }

  function remember({ view, element, blockId, actionId }: Field, done: Json): void {
    view.state.values[blockId] = { ...view.state.values[blockId], [actionId]: { type: element.type, ...done } }
  }

  const menuOf = ({ view, blockId, actionId }: Field): string => `${view.id} ${blockId} ${actionId}`
  // docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element#external_multi_select
  const leastTyped = ({ element }: Field): number => Number(element.min_query_length ?? 3)

  async function ask(found: Field, value: string): Promise<Option[]> {
    const { view, blockId, actionId } = found
    // The values of the other fields are not sent along.
    const shown = { ...view, state: { values: {} } }
    const asking = {
      container: { type: 'view', view_id: view.id },
      block_id: blockId,
      action_id: actionId,
      value,
      view: shown,
    }
    const ack = await send({ ...interaction(slack, 'block_suggestion', user), ...asking }, true)
    if (!ack.type.startsWith('application/json')) stop('invalid_options: the answer is no JSON')
    const answer = JSON.parse(ack.body || '{}') as { options?: Option[]; option_groups?: { options: Option[] }[] }
    const wrong = faultsOfOptions(answer)
    if (wrong.length > 0) stop(`invalid_options: ${wrong.join(', ')}`)
    const options = answer.options ?? answer.option_groups?.flatMap((group) => group.options) ?? []
    world.offered.set(menuOf(found), options)
    return options
  }

  const isExternal = ({ element }: Field) => String(element.type).endsWith('external_select')
  const optionsOf = ({ element }: Field): Option[] => {
    const groups = (element.option_groups as { options: Option[] }[]) ?? []
    return [...((element.options as Option[]) ?? []), ...groups.flatMap(({ options }) => options)]
  }

  /** The options that are there: of a menu that asks the app, those of its last answer. */
  async function offeredBy(found: Field): Promise<Option[]> {
    if (!isExternal(found)) return optionsOf(found)
    const last = world.offered.get(menuOf(found)) as Option[] | undefined
    return last ?? (leastTyped(found) === 0 ? ask(found, '') : [])
  }

  /** What is wrong with what was filled in; Slack tells it without asking the app. */
  function incomplete(view: SlackView): string[] {
    return view.blocks.flatMap((block) => {
      if (block.type !== 'input') return []
      const element = block.element as Json
      const held = view.state.values[String(block.block_id)]?.[String(element.action_id)] ?? {}
      const value = held.value ?? held.selected_option ?? held.selected_options ?? ''
      const empty = (typeof value === 'string' || Array.isArray(value)) && value.length === 0
      if (empty) return block.optional ? [] : [`${block.block_id}: Please complete this required field.`]
      const short = typeof value === 'string' && value.length < Number(element.min_length ?? 0)
      const long = typeof value === 'string' && value.length > Number(element.max_length ?? 3_000)
      return short || long ? [`${block.block_id}: too ${short ? 'short' : 'long'}`] : []
    })
  }

  /** Does what the app answered to a submission (docs.slack.dev/surfaces/modals#response_actions). */
  function follow(view: SlackView, body: string): { errors?: Record<string, string> } {
    const answer = (body ? JSON.parse(body) : {}) as {
      response_action?: string
      errors?: Record<string, string>
      view?: unknown
    }
    const inputs = view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id)
    const strange = Object.keys(answer.errors ?? {}).filter((id) => !inputs.includes(id))
    switch (answer.response_action) {
      case undefined:
        closeView(world, user.id)
        return {}
      case 'clear':
        closeView(world, user.id, true)
        return {}
      case 'update':
        updateView(world, { view_id: view.id }, answer.view)
        return {}
      case 'push':
        pushView(world, user.id, answer.view)
        return {}
      case 'errors':
        if (strange.length > 0 || Object.keys(answer.errors ?? {}).length === 0)
          stop(`invalid_errors: ${strange.join(', ')}`)
        return { errors: answer.errors }
      default:
        return stop(`invalid_response_action: ${answer.response_action}`)
    }
  }

  return {
    /** Types into a menu; what it offers then. Nobody is asked while too little is typed. */
    async typesInto(name: string, query: string): Promise<string[]> {
      const found = field(name)
      if (!isExternal(found))
        return optionsOf(found).flatMap(({ text }) => (text.text.includes(query) ? text.text : []))
      if (query.length < leastTyped(found)) return []
      return (await ask(found, query)).map(({ text }) => text.text)
    },
    /** Takes one of the options that are there; in a menu for several, one more. */
    async chooses(name: string, text: string): Promise<void> {
      const found = field(name)
      const options = await offeredBy(found)
      const option = options.find((one) => one.text.text === text) ?? stop(`${name} does not offer ${text}`)
      const taken = { text: { emoji: true, ...option.text }, value: option.value }
      const type = String(found.element.type)
      if (!type.startsWith('multi_') && type !== 'checkboxes') {
        remember(found, { selected_option: taken })
        return dispatch(found, { selected_option: taken })
      }
      const before = (found.view.state.values[found.blockId]?.[found.actionId]?.selected_options as Option[]) ?? []
      if (before.length >= Number(found.element.max_selected_items ?? Number.POSITIVE_INFINITY))
        stop(`${name} takes no more`)
      const selected_options = [...before.filter(({ value }) => value !== taken.value), taken]
      remember(found, { selected_options })
      return dispatch(found, { selected_options })
    },
    /** Empties a field. */
    async clears(name: string): Promise<void> {
      const found = field(name)
      const type = String(found.element.type)
      const nothing: Json = type.startsWith('multi_') ? { selected_options: [] } : { selected_option: null }
      const done = type.endsWith('_input') ? { value: null } : nothing
      remember(found, done)
      return dispatch(found, done)
    },
    async writes(name: string, text: string): Promise<void> {
      const found = field(name)
      if (!String(found.element.type).endsWith('_input')) stop(`${name} is no text field`)
      const done = { value: text === '' ? null : text }
      remember(found, done)
      return dispatch(found, done)
    },
    async submits(): Promise<{ errors?: Record<string, string> }> {
      const view = current()
      if (!view.submit) stop('the modal has no button to submit it')
      const missing = incomplete(view)
      if (missing.length > 0) stop(missing.join('\n'))
      const ack = await send(
        {
          ...interaction(slack, 'view_submission', user),
          trigger_id: trigger(),
          view: structuredClone(view),
          response_urls: [],
        },
        true,
      )
      if (ack.body && !ack.type.startsWith('application/json')) stop('invalid_response: the answer is no JSON')
      return follow(view, ack.body)
    },
    async closesView(): Promise<void> {
      const view = current()
      const all = view.clear_on_close === true
      closeView(world, user.id, all)
      if (view.notify_on_close) await send({ ...interaction(slack, 'view_closed', user), view, is_cleared: all }, false)
    },
  }
}
