// Modals: up to three on top of each other in front of a person, with what was typed into them.
import { elementsOf, faultsOfView } from './blocks.ts'
import { refuse } from './refusal.ts'
import { type Block, type Json, newId, type SlackView, secret, type World, withIds } from './world.ts'

// docs.slack.dev/interactivity/handling-user-interaction#modal_responses
const triggerLasts = 3_000
// docs.slack.dev/surfaces/modals#view-stack
const mostViews = 3
// docs.slack.dev/reference/methods/views.open
const largestView = 250_000

const newHash = (): string => `${Math.floor(Date.now() / 1000)}.${secret().slice(0, 8)}`

/** The person whose operation this was; a modal may be opened for it once, and soon. */
export function exchange(world: World, id: unknown): string {
  const trigger = world.triggers.get(String(id))
  if (!trigger) return refuse('invalid_arguments', ['invalid `trigger_id` [json-pointer:/trigger_id]'])
  if (trigger.used) refuse('exchanged_trigger_id')
  if (Date.now() - trigger.at > triggerLasts) refuse('expired_trigger_id')
  trigger.used = true
  return trigger.user
}

/** What an element holds before it was touched. */
function untouched(element: Json): Json {
  const type = String(element.type)
  if (type.endsWith('_input')) return { type, value: element.initial_value ?? null }
  const many = type.startsWith('multi_') || type === 'checkboxes'
  return many
    ? { type, selected_options: element.initial_options ?? [] }
    : { type, selected_option: element.initial_option ?? null }
}

/** The state of all inputs; what was there before stays where block and action keep their ids. */
export function stateOf(
  blocks: readonly Block[],
  before: SlackView['state']['values'] = {},
): SlackView['state']['values'] {
  const values: SlackView['state']['values'] = {}
  for (const block of blocks)
    for (const element of elementsOf(block)) {
      if (['button', 'overflow', 'image'].includes(String(element.type))) continue
      const [blockId, actionId] = [String(block.block_id), String(element.action_id)]
      const old = before[blockId]?.[actionId]
      values[blockId] = { ...values[blockId], [actionId]: old && old.type === element.type ? old : untouched(element) }
    }
  return values
}

const withActionIds = (blocks: readonly Block[]): Block[] => {
  const named = (element: Json): Json => ({ ...element, action_id: element.action_id ?? secret().slice(0, 5) })
  return withIds(blocks).map((block) => ({
    ...block,
    ...(block.type === 'actions' && { elements: (block.elements as Json[]).map(named) }),
    ...(block.element ? { element: named(block.element as Json) } : {}),
    ...(block.accessory ? { accessory: named(block.accessory as Json) } : {}),
  }))
}

/** A view as Slack keeps and sends it (docs.slack.dev/reference/interaction-payloads/view-interactions-payload). */
function keep(world: World, given: Json, before?: SlackView): SlackView {
  const blocks = withActionIds(given.blocks as Block[])
  const id = before?.id ?? newId('V')
  return {
    id,
    team_id: world.team.id,
    type: 'modal',
    private_metadata: '',
    callback_id: '',
    title: null,
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    external_id: '',
    ...given,
    blocks,
    state: { values: stateOf(blocks, before?.state.values) },
    hash: newHash(),
    previous_view_id: before?.previous_view_id ?? null,
    root_view_id: before?.root_view_id ?? id,
    app_id: world.bot.appId,
    app_installed_team_id: world.team.id,
    bot_id: world.bot.botId,
  }
}

function check(world: World, view: unknown, own?: SlackView): Json {
  const wrong = faultsOfView(view)
  if (wrong.length > 0) refuse('invalid_arguments', wrong)
  if (JSON.stringify(view).length > largestView) refuse('view_too_large')
  const { external_id: name } = view as Json
  const others = [...world.views.values()].flat().filter((other) => other !== own)
  if (name && others.some((other) => other.external_id === name)) refuse('duplicate_external_id')
  return view as Json
}

export function openView(world: World, user: string, given: unknown): SlackView {
  const view = keep(world, check(world, given))
  world.views.set(user, [view])
  return view
}

export function pushView(world: World, user: string, given: unknown): SlackView {
  const stack = world.views.get(user) ?? []
  if (stack.length === 0) return openView(world, user, given)
  if (stack.length >= mostViews) refuse('push_limit_reached')
  const [root, top] = [stack[0] as SlackView, stack.at(-1) as SlackView]
  const view = { ...keep(world, check(world, given)), root_view_id: root.id, previous_view_id: top.id }
  stack.push(view)
  return view
}

export interface WhichView {
  view_id?: unknown
  external_id?: unknown
  hash?: unknown
}

export function updateView(world: World, which: WhichView, given: unknown): SlackView {
  const matches = (view: SlackView) =>
    which.view_id ? view.id === which.view_id : view.external_id === which.external_id
  const stack = [...world.views.values()].find((views) => views.some(matches))
  const old = stack?.find(matches)
  if (!stack || !old) return refuse('not_found')
  if (which.hash && which.hash !== old.hash) refuse('hash_conflict')
  const view = keep(world, check(world, given, old), old)
  stack[stack.indexOf(old)] = view
  return view
}

export const topView = (world: World, user: string): SlackView | undefined => world.views.get(user)?.at(-1)

export function closeView(world: World, user: string, all = false): void {
  const stack = world.views.get(user) ?? []
  if (all) stack.length = 0
  else stack.pop()
}
