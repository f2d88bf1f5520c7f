// What Slack accepts as blocks (docs.slack.dev/reference/block-kit): the limits, the kinds, and no key that it does not
// know.
import { at, type Check, flag, integer, keyed, list, literal, object, oneOf, string, when } from './checks.ts'
import type { Json } from './world.ts'

const id = string(255)
const anything: Check = () => []

// docs.slack.dev/reference/block-kit/composition-objects
export const plain = (most: number): Check =>
  object({ type: literal('plain_text'), text: string(most, 1) }, { emoji: flag }, 'plain_text')
const mrkdwn = (most: number): Check =>
  object({ type: literal('mrkdwn'), text: string(most, 1) }, { verbatim: flag }, 'mrkdwn')
const text = (most: number): Check => keyed({ plain_text: plain(most), mrkdwn: mrkdwn(most) })
export const option = object({ text: plain(75), value: string(150, 1) }, { description: plain(75), url: string(3000) })
const optionGroup = object({ label: plain(75), options: list(option, 100, 1) })
const confirm = object(
  { title: plain(100), text: text(300), confirm: plain(30), deny: plain(30) },
  { style: oneOf('primary', 'danger') },
  'confirm',
)

/** Options or groups of them, as a menu has them and as a request for options is answered. */
const optionsOrGroups = (least: number): Record<string, Check> => ({
  options: list(option, 100, least),
  option_groups: list(optionGroup, 100, least),
})

const action = { action_id: id, confirm, focus_on_load: flag }
const menu = { ...action, placeholder: plain(150) }
const several = { max_selected_items: integer(1) }
const outside = { min_query_length: integer(0) }
const named = (type: string) => ({ type: literal(type) })
const optionsOnce: Check = (value, place) => {
  const { options, option_groups } = value as Json
  return (options === undefined) === (option_groups === undefined)
    ? at(place, 'must define either `options` or `option_groups`')
    : []
}
const initialIsThere: Check = (value, place) => {
  const { initial_option, initial_options, options, option_groups } = value as Json
  const there = [
    ...((options as Json[]) ?? []),
    ...((option_groups as Json[]) ?? []).flatMap((group) => group.options as Json[]),
  ]
  const wanted = [initial_option ?? [], initial_options ?? []].flat() as Json[]
  const missing = wanted.some((one) => !there.some((other) => other.value === one.value))
  return missing ? at(place, 'initial option must be one of the options') : []
}

// docs.slack.dev/reference/block-kit/block-elements
const input = { action_id: id, placeholder: plain(150), focus_on_load: flag, dispatch_action_config: anything }
const elements: Record<string, Check> = {
  button: object(
    { ...named('button'), text: plain(75) },
    {
      action_id: id,
      value: string(2000),
      url: string(3000),
      style: oneOf('primary', 'danger'),
      confirm,
      accessibility_label: string(75),
    },
  ),
  image: object({ ...named('image'), alt_text: string(2000) }, { image_url: string(3000), slack_file: anything }),
  static_select: when(
    object(named('static_select'), { ...menu, ...optionsOrGroups(1), initial_option: option }),
    optionsOnce,
    initialIsThere,
  ),
  multi_static_select: when(
    object(named('multi_static_select'), {
      ...menu,
      ...several,
      ...optionsOrGroups(1),
      initial_options: list(option, 100),
    }),
    optionsOnce,
    initialIsThere,
  ),
  external_select: object(named('external_select'), { ...menu, ...outside, initial_option: option }),
  multi_external_select: object(named('multi_external_select'), {
    ...menu,
    ...several,
    ...outside,
    initial_options: list(option, 100),
  }),
  overflow: object({ ...named('overflow'), options: list(option, 5, 1) }, { action_id: id, confirm }),
  checkboxes: object(
    { ...named('checkboxes'), options: list(option, 10, 1) },
    { ...action, initial_options: list(option, 10) },
  ),
  radio_buttons: object(
    { ...named('radio_buttons'), options: list(option, 10, 1) },
    { ...action, initial_option: option },
  ),
  plain_text_input: object(named('plain_text_input'), {
    ...input,
    initial_value: string(3000),
    multiline: flag,
    min_length: integer(0, 3000),
    max_length: integer(1, 3000),
  }),
  email_text_input: object(named('email_text_input'), { ...input, initial_value: string(3000) }),
  url_text_input: object(named('url_text_input'), { ...input, initial_value: string(3000) }),
}

const only = (...names: string[]): Check =>
  keyed(Object.fromEntries(names.map((name) => [name, elements[name] as Check])))
const menus = ['static_select', 'multi_static_select', 'external_select', 'multi_external_select']
const pressed = ['button', 'overflow', 'checkboxes', 'radio_buttons', ...menus]
const asked = ['plain_text_input', 'email_text_input', 'url_text_input', 'checkboxes', 'radio_buttons', ...menus]

const textOrFields: Check = (value, place) => {
  const { text: words, fields } = value as Json
  return words === undefined && fields === undefined ? at(`${place}/type`, 'must define either `text` or `fields`') : []
}

// docs.slack.dev/reference/block-kit/blocks
const block = keyed({
  section: when(
    object(named('section'), {
      block_id: id,
      text: text(3000),
      fields: list(text(2000), 10, 1),
      accessory: only('image', ...pressed),
      expand: flag,
    }),
    textOrFields,
  ),
  context: object(
    {
      ...named('context'),
      elements: list(keyed({ plain_text: plain(3000), mrkdwn: mrkdwn(3000), image: elements.image as Check }), 10, 1),
    },
    { block_id: id },
  ),
  actions: object({ ...named('actions'), elements: list(only(...pressed), 25, 1) }, { block_id: id }),
  input: object(
    { ...named('input'), label: plain(2000), element: only(...asked) },
    { block_id: id, hint: plain(2000), optional: flag, dispatch_action: flag },
  ),
  header: object({ ...named('header'), text: plain(150) }, { block_id: id }),
  divider: object(named('divider'), { block_id: id }),
  markdown: object({ ...named('markdown'), text: string(12_000, 1) }, { block_id: id }),
  image: object(
    { ...named('image'), alt_text: string(2000) },
    { block_id: id, image_url: string(3000), slack_file: anything, title: plain(2000) },
  ),
  rich_text: object({ ...named('rich_text'), elements: list(anything, 100) }, { block_id: id }),
})

/** The elements of a block that people use. */
export const elementsOf = (one: Json): Json[] =>
  one.type === 'actions'
    ? (one.elements as Json[])
    : ([one.element ?? one.accessory].filter((found) => found) as Json[])

// An id names a block in its message or view, and an element in its block.
function repeated(blocks: Json[], place: string): string[] {
  const twice = (ids: unknown[], where: string, what: string) =>
    new Set(ids).size === ids.length ? [] : at(where, `\`${what}\` must be unique`)
  const given = (these: Json[], key: string) => these.map((one) => one[key]).filter((one) => one !== undefined)
  return [
    ...twice(given(blocks, 'block_id'), place, 'block_id'),
    ...blocks.flatMap((one, index) => twice(given(elementsOf(one), 'action_id'), `${place}/${index}`, 'action_id')),
  ]
}

const blocksOf =
  (most: number): Check =>
  (value, place) => {
    const wrong = list(block, most)(value, place)
    return wrong.length > 0 ? wrong : repeated(value as Json[], place)
  }

/** What is wrong with the blocks of a message, in Slack's words. */
export const faultsOfBlocks = (blocks: unknown, place = '/blocks'): string[] => blocksOf(50)(blocks, place)

const inputsNeedSubmit: Check = (value, place) => {
  const { blocks, submit } = value as { blocks: Json[]; submit?: Json }
  return blocks.some(({ type }) => type === 'input') && !submit ? at(place, 'missing required field: submit') : []
}

// docs.slack.dev/reference/views/modal-views
const modal = when(
  object(
    { type: literal('modal'), title: plain(24), blocks: blocksOf(100) },
    {
      submit: plain(24),
      close: plain(24),
      private_metadata: string(3000),
      callback_id: id,
      external_id: id,
      clear_on_close: flag,
      notify_on_close: flag,
      submit_disabled: flag,
    },
  ),
  inputsNeedSubmit,
)

export const faultsOfView = (view: unknown, place = '/view'): string[] => modal(view, place)

/**
 * What is wrong with the answer to a request for options
 * (docs.slack.dev/reference/interaction-payloads/block_suggestion-payload).
 */
export function faultsOfOptions(answer: unknown): string[] {
  const wrong = when(object({}, optionsOrGroups(0)), optionsOnce)(answer, '')
  if (wrong.length > 0) return wrong
  const { options, option_groups } = answer as { options?: Json[]; option_groups?: { options: Json[] }[] }
  const values = (options ?? option_groups?.flatMap((group) => group.options) ?? []).map(({ value }) => value)
  return new Set(values).size === values.length ? [] : at('/options', 'values must be unique')
}
