// Builds dist/: grammar → parsers, TypeScript → JavaScript, browser script and stylesheet → dist/assets.
// `node build.js grammar` and `node build.js assets` do one part.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const parsers = 'src/quick-actions/grammar'
const run = (file, args) => execFileSync(process.execPath, [file, ...args], { stdio: 'inherit' })

function grammar() {
  mkdirSync(parsers, { recursive: true })
  for (const name of ['commands', 'arguments']) {
    run('node_modules/peggy/bin/peggy.js', [
      '--extra-options-file',
      `grammar/${name}.json`,
      '-o',
      `${parsers}/${name}.js`,
      `grammar/${name}.peggy`,
    ])
  }
}

async function assets() {
  if (!existsSync('src/web/assets/page.ts')) return
  await build({
    entryPoints: ['src/web/assets/page.ts', 'src/web/assets/page.css'],
    outdir: 'dist/assets',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
}

async function everything() {
  rmSync('dist', { recursive: true, force: true })
  grammar()
  run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json'])
  cpSync(parsers, 'dist/quick-actions/grammar', { recursive: true, filter: (path) => !path.endsWith('.d.ts') })
  await assets()
  chmodSync('dist/cli.js', 0o755)
}

await ({ grammar, assets }[process.argv[2]] ?? everything)()
