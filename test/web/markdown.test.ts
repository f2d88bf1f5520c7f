// Markdown as pages show it: what becomes of each piece, what is never let through, and how little time a hostile text
// may take.
import { renderToString } from 'preact-render-to-string'
import { describe, expect, test } from 'vitest'
import { Markdown, tooHeavy } from '../../src/web/markdown.tsx'

const shown = (text: string) =>
  renderToString(Markdown({ text })).replace(/^<div class="prose" dir="auto">(.*)<\/div>$/s, '$1')
const rel = 'rel="noopener nofollow ugc"'

test.each([
  ['Hello **big** _wide_ ~~old~~ world', '<p>Hello <strong>big</strong> <em>wide</em> <s>old</s> world</p>'],
  ['one\ntwo\n\nthree', '<p>one<br/>\ntwo</p><p>three</p>'],
  ['# Title', '<h3>Title</h3>'],
  ['###### Small', '<h6>Small</h6>'],
  ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
  ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
  ['> said', '<blockquote><p>said</p></blockquote>'],
  ['`a<b`', '<p><code>a&lt;b</code></p>'],
  ['```html\n<b>\n```', '<pre tabindex="0"><code>&lt;b>\n</code></pre>'],
  [
    '| a | b |\n|---|--:|\n| 1 | 2 |',
    '<table><thead><tr><th>a</th><th class="right">b</th></tr></thead><tbody><tr><td>1</td><td class="right">2</td></tr></tbody></table>',
  ],
  ['[us](https://x.io "there")', `<p><a href="https://x.io" title="there" ${rel}>us</a></p>`],
  ['See https://x.io/a_b?c=1.', `<p>See <a href="https://x.io/a_b?c=1" ${rel}>https://x.io/a_b?c=1</a>.</p>`],
  ['[here](/acme/-/issues)', `<p><a href="/acme/-/issues" ${rel}>here</a></p>`],
  ['<ann@x.io>', `<p><a href="mailto:ann@x.io" ${rel}>ann@x.io</a></p>`],
  ['ann@x.io and file.ts', '<p>ann@x.io and file.ts</p>'],
  ['![A cat](https://x.io/cat.png)', `<p><a href="https://x.io/cat.png" ${rel}>A cat</a></p>`],
  ['![](https://x.io/cat.png)', `<p><a href="https://x.io/cat.png" ${rel}>Image</a></p>`],
  ['[![A cat](https://x.io/cat.png)](https://x.io)', `<p><a href="https://x.io" ${rel}>A cat</a></p>`],
  ['<b onclick="x()">no</b>', '<p>&lt;b onclick=&quot;x()&quot;>no&lt;/b></p>'],
  ['<script>\nx()\n</script>', '<p>&lt;script><br/>\nx()<br/>\n&lt;/script></p>'],
])('%j', (text, html) => {
  expect(shown(text)).toBe(html)
})

test.each([
  '[x](javascript:alert(1))',
  '[x](JaVaScript:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](<java&#10;script:alert(1)>)',
  '<javascript:alert(1)>',
  '[x](vbscript:x)',
  '[x](data:text/html,x)',
  '![x](data:image/svg+xml;base64,AAAA)',
  '[x]: javascript:alert(1)\n\n[x]',
])('no link leads to a script: %j', (text) => {
  expect(shown(text)).not.toMatch(/<a|<img/)
})

describe('hostile texts', () => {
  test('deep nesting is text, and nothing of it is lost', () => {
    const html = shown(`${'>'.repeat(500)} still here`)
    expect(html).toContain('still here')
    expect(html.match(/<blockquote>/g)?.length).toBeLessThan(20)
    expect(shown(`${'- '.repeat(500)}still here`)).toContain('still here')
  })

  test.each(['[a](b) ', '- a\n', '|a|b\n|-|-\n', '![', '` ', '*_', '[', '> - a\n', 'http://', '\n\n', 'é'])(
    '256 KiB of %j are shown as typed',
    (piece) => {
      const text = piece.repeat(Math.ceil((256 * 1024) / piece.length))
      expect(renderToString(Markdown({ text }))).toMatch(/^<div class="prose plain"/)
    },
  )

  test('a page spends no more on many such texts than on a few: the latest are read', () => {
    const heavy = tooHeavy(Array.from({ length: 100 }, () => '[a](b) '.repeat(500)))
    expect(heavy.at(-1)).toBe(false)
    expect(heavy.filter((one) => !one).length).toBeLessThan(20)
    expect(heavy.indexOf(false)).toBe(heavy.lastIndexOf(true) + 1)
  })
})
