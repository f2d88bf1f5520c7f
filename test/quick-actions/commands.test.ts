// Where a command may stand, and what is left of the text: ⏎ is a line end, ‵ a back-tick, → a tab.
import { describe, expect, test } from 'vitest'
import { nearMissOf, redact, understand } from '../../src/quick-actions/commands.ts'

const written = (row: string) => row.replaceAll('⏎', '\n').replaceAll('‵', '`').replaceAll('→', '\t')
const names = (body: string) => understand(written(body)).commands.map(({ name }) => name)
const left = (body: string) => understand(written(body)).text

describe('the examples of the specification', () => {
  test.each([
    ['Hi⏎/add_contacts a@x.io⏎bye', 'Hi⏎bye', 1],
    ['Hi⏎/add_contacts a@x.io⏎⏎bye', 'Hi⏎⏎bye', 1],
    ['Hi /add_contacts a@x.io', 'Hi /add_contacts a@x.io', 0],
    [' /add_contacts a@x.io', ' /add_contacts a@x.io', 0],
    ['/add_contactsa@x.io', '/add_contactsa@x.io', 0],
    ['- item⏎/add_contacts a@x.io', '- item⏎/add_contacts a@x.io', 0],
    ['- item⏎⏎/add_contacts a@x.io', '- item', 1],
    ['/add_contacts a@x.io⏎---', '/add_contacts a@x.io⏎---', 0],
    ['# T⏎/add_contacts a@x.io', '# T', 1],
    ['a ‵ b⏎/add_contacts a@x.io⏎c ‵ d', 'a ‵ b⏎/add_contacts a@x.io⏎c ‵ d', 0],
    ['a ‵ b⏎/add_contacts a@x.io', 'a ‵ b', 1],
  ])('%s', (body, text, commands) => {
    expect(left(body)).toBe(written(text))
    expect(names(body)).toEqual(Array(commands).fill('add_contacts'))
  })
})

describe('a command stands', () => {
  test.each([
    ['alone', '/help'],
    ['in any letter case', '/HeLp'],
    ['under an alias', '/add_contact a@x.io'],
    ['as a mention', '@rolobot help'],
    ['as a mention in any letter case, with a slash', '@RoloBot /help'],
    ['after a tab', '/add_contacts→a@x.io'],
    ['after a no-break space', '/add_contacts\u00a0a@x.io'],
    ['with trailing blanks', '/help  →'],
    ['after CR LF', 'Hi\r\n/help\r\n'],
    ['after a lone CR', 'Hi\r/help'],
    ['after a heading', 'T⏎---⏎/help'],
    ['after a closed fence', '‵‵‵⏎x⏎‵‵‵⏎/help'],
    ['after a closed comment', '<!-- x -->⏎/help'],
    ['after a link definition', '[a]: b⏎/help'],
    ['after a table and an empty line', '|a|⏎|-|⏎|b|⏎⏎/help'],
    ['after a quote and an empty line', '> q⏎⏎/help'],
    ['after a `>>>` block', '>>>⏎q⏎>>>⏎/help'],
    ['after a `>>>` that nothing closes', '>>>⏎⏎/help'],
    ['after an opening tag that nothing closes', '<p>⏎⏎/help'],
    ['after a line break and a stray closing tag', '<br>⏎⏎</p>⏎⏎/help'],
    ['after an element is closed', '<details>⏎⏎x⏎⏎</details>⏎⏎/help'],
    ['between tags that are in the text', 'a <b>⏎/help⏎</b> c'],
    ['after a hard break', 'a\\⏎/help'],
    ['after lists nested sixty deep', `${'- '.repeat(60)}x⏎⏎/help`],
    ['after quotes nested sixty deep', `${'> '.repeat(60)}x⏎⏎/help`],
    ['after an escaped back-tick', 'a \\‵ b⏎/help⏎c ‵ d'],
    ['after back-ticks of another length', 'a ‵ b⏎/help⏎c ‵‵ d'],
    ['after a back-tick in an autolink', '<http://x‵>⏎/help⏎c ‵ d'],
    ['after a command with a lone back-tick', '/add_contacts ‵a@x.io⏎/help⏎b ‵'],
    ['in emphasis', '**a⏎/help⏎b**'],
    ['before an indented line', '/help⏎    more'],
  ])('%s', (_, body) => {
    expect(names(body)).toContain(body.toLowerCase().includes('help') ? 'help' : 'add_contacts')
  })
})

describe('no command stands', () => {
  test.each([
    ['in an unknown word', '/close⏎/a⏎/'],
    ['after a full stop', '.⏎./help'],
    ['with something stuck to its name', '/help.'],
    ['in a list item', '- /help'],
    ['indented in a list item', '- a⏎⏎  /help'],
    ['in an ordered list item', '1. a⏎/help'],
    ['in lists nested sixty deep', `${'- '.repeat(60)}x⏎/help`],
    ['in a quote', '> /help'],
    ['in the lazy line of a quote', '> q⏎/help'],
    ['in the lazy line of quotes nested sixty deep', `${'> '.repeat(60)}x⏎/help`],
    ['in a `>>>` block', '>>>⏎/help⏎>>>'],
    ['in a `>>>` block with empty lines', 'Hi⏎>>>⏎⏎a⏎⏎/help⏎⏎>>>⏎bye'],
    ['in a `>>>` block right after a quote', '> q⏎>>>⏎/help⏎>>>'],
    ['in a `>>>` block that holds a fenced `>>>`', '>>>⏎‵‵‵⏎>>>⏎‵‵‵⏎⏎/help⏎>>>'],
    ['in a heading of two lines', 'Hi⏎/help⏎==='],
    ['in a table', '|a|⏎|-|⏎/help'],
    ['in the head of a table', '/help|a⏎-|-'],
    ['in a fence', '‵‵‵⏎/help⏎‵‵‵'],
    ['in a fence of tildes that nothing closes', '~~~⏎⏎/help'],
    ['in indented code', '    a⏎⏎    /help'],
    ['in an HTML block', '<div>⏎/help⏎</div>'],
    ['in a comment', '<!--⏎⏎/help⏎⏎-->'],
    ['in a comment inside a paragraph', 'a <!--⏎/help⏎-->'],
    ['in a tag over several lines', 'a <a title="⏎/help⏎">b</a>'],
    ['in a link definition', '[a]: b "⏎/help⏎"'],
    ['in a code span', 'a ‵‵ b⏎/help⏎‵ c ‵‵'],
    ['between tags', '<details>⏎⏎/help⏎⏎</details>'],
    ['between tags with a summary', '<details><summary>Log</summary>⏎⏎/help⏎⏎</details>'],
    ['between tags, after inner ones', '<div>⏎<div>⏎⏎a⏎⏎</div>⏎⏎/help⏎⏎</div>'],
    ['between paragraph tags', '<p>⏎⏎/help⏎⏎</p>'],
    ['between tags on lines of one paragraph', 'a⏎<b>⏎/help⏎</b>'],
    ['between tags in upper case', '<DIV>⏎⏎/help⏎⏎</div>'],
  ])('%s', (_, body) => {
    expect(names(body)).toEqual([])
    expect(left(body)).toBe(written(body))
  })
})

describe('what is left', () => {
  test.each([
    ['/help⏎bye', 'bye'],
    ['/help⏎⏎bye', 'bye'],
    ['/help⏎⏎⏎/help⏎⏎bye', 'bye'],
    ['Hi⏎⏎/help⏎⏎bye', 'Hi⏎⏎bye'],
    ['Hi⏎⏎/help⏎bye', 'Hi⏎⏎bye'],
    ['Hi⏎/help⏎/contacts⏎bye', 'Hi⏎bye'],
    ['Hi⏎⏎⏎bye⏎/help', 'Hi⏎⏎⏎bye'],
    ['Hi⏎/help⏎⏎    code', 'Hi⏎⏎    code'],
    ['/help⏎⏎    code', '    code'],
    ['/help', ''],
    ['/help⏎/contacts⏎', ''],
    ['Hi⏎ →⏎', 'Hi'],
    ['/close⏎/help', '/close'],
    ['@rolobot thanks⏎/help', '@rolobot thanks'],
    ['/help⏎2. a⏎<x>⏎⏎/help⏎⏎</x>', '2. a⏎<x>⏎⏎‵/help‵⏎⏎</x>'],
  ])('%s → %s', (body, text) => {
    expect(left(body)).toBe(written(text))
  })
})

test('a command tells where it stands and where its arguments begin', () => {
  expect(understand('Hi\r\n@rolobot  Add_Contact \t a@x.io /help b@x.io  \r\n').commands).toEqual([
    { name: 'add_contacts', arguments: 'a@x.io /help b@x.io', line: 2, column: 25 },
  ])
})

describe('a near miss stays, and is answered with a suggestion', () => {
  test.each([
    ['/add_contcts a@x.io', 'Did you mean /add_contacts? (line 1: /add_contcts)'],
    ['/addcontacts', 'Did you mean /add_contacts? (line 1: /addcontacts)'],
    ['Hi⏎/add-contact', 'Did you mean /add_contact? (line 2: /add-contact)'],
    ['/REMOVE_CONTATCS', 'Did you mean /remove_contacts? (line 1: /REMOVE_CONTATCS)'],
    ['/hlep', 'Did you mean /help? (line 1: /hlep)'],
    ['@rolobot halp', 'Did you mean /help? (line 1: @rolobot halp)'],
    ['/add contacts a@x.io', 'Did you mean /add_contacts? (line 1: /add contacts)'],
    ['@rolobot remove contact a@x.io', 'Did you mean /remove_contacts? (line 1: @rolobot remove contact)'],
    [' /add_contacts a@x.io', 'Did you mean /add_contacts? (line 1: /add_contacts)'],
    ['Hi⏎   /hlep', 'Did you mean /help? (line 2: /hlep)'],
  ])('%s', (body, hint) => {
    expect(understand(written(body))).toEqual({ text: written(body), commands: [], hints: [hint] })
  })

  test.each([
    '/close',
    '/hi',
    '/hello',
    '/label a',
    '/comments',
    '‵‵‵⏎/hlep⏎‵‵‵',
    '@rolobot hello',
    '    /help',
    '/add contract',
    ' @rolobot help',
  ])('but not %s', (body) => {
    expect(understand(written(body)).hints).toEqual([])
  })
})

test('the first hundred commands count; all are taken out', () => {
  const { text, commands, hints } = understand(`Hi\n${'/help\n'.repeat(123)}bye`)
  expect(text).toBe('Hi\nbye')
  expect(commands.length).toBe(100)
  expect(hints).toEqual(['A comment can have at most 100 commands. 23 more were ignored.'])
})

describe('a command of a stranger becomes a code span', () => {
  test.each([
    ['Hi⏎/help⏎bye', 'Hi⏎‵/help‵⏎bye'],
    ['@rolobot add_contacts a@x.io', '‵@rolobot add_contacts a@x.io‵'],
    ['a ‵b‵⏎/help', 'a ‵b‵⏎‵‵/help‵‵'],
    ['/add_contacts ‵a@x.io‵', '‵‵ /add_contacts ‵a@x.io‵ ‵‵'],
    ['/close⏎/hlep⏎- /help', '/close⏎/hlep⏎- /help'],
    ['  nothing here \r\n\r\n', '  nothing here \r\n\r\n'],
    ['Hi\r\n/help\r\n\r\nbye  \r\n', 'Hi\r\n‵/help‵\r\n\r\nbye  \r\n'],
  ])('%s → %s', (body, kept) => {
    expect(redact(written(body))).toBe(written(kept))
  })
})

describe('a comment that is nothing but a near miss is not posted by our pages', () => {
  test.each([
    ['/add_contcts a@x.io', 'add_contacts', '/add_contacts a@x.io'],
    ['/addcontacts', 'add_contacts', '/add_contacts'],
    ['/add contacts Ann Lee', 'add_contacts', '/add_contacts Ann Lee'],
    [' /add_contacts a@x.io⏎⏎', 'add_contacts', '/add_contacts a@x.io'],
    ['@rolobot halp', 'help', '/help'],
    ['/help⏎⏎/remove_contatcs a@x.io⏎', 'remove_contacts', '/help⏎⏎/remove_contacts a@x.io'],
  ])('%s', (body, name, text) => {
    expect(nearMissOf(written(body))).toEqual({ name, text: written(text) })
    expect(understand(written(text)).text).toBe('')
  })

  test.each(['', 'Hi', '/help', 'Hi⏎/hlep', '/hlep⏎bye', '- a⏎/hlep', '/close', '    /help'])('but %s is', (body) => {
    expect(nearMissOf(written(body))).toBeUndefined()
  })
})

test('a near miss stays in the text, so that its back-tick hides a command after it', () => {
  expect(understand('/hlep `\n/help\n`').commands).toEqual([])
  expect(understand(' /help `\n/help\n`').commands).toEqual([])
})
