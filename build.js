// Builds dist/: grammar → parsers, TypeScript → JavaScript, browser script and stylesheet → dist/assets.
// `node build.js grammar` and `node build.js assets` build one part.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

process.chdir(import.meta.dirname)

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

async function assets(folder = 'dist') {
  await build({
    entryPoints: ['src/web/assets/page.ts', 'src/web/assets/page.css'],
    outdir: `${folder}/assets`,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
}

// Built aside and then renamed, so that a build that fails or is interrupted leaves the previous one.
async function everything() {
  const start = new Date()
  const draft = `dist.${process.pid}`
  try {
    grammar()
    run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', draft])
    cpSync(parsers, `${draft}/quick-actions/grammar`, { recursive: true, filter: (path) => !path.endsWith('.d.ts') })
    await assets(draft)
    chmodSync(`${draft}/cli.js`, 0o755)
    // bin/rolobot.js compares this with the sources, which may change during the build.
    writeFileSync(`${draft}/built`, '')
    utimesSync(`${draft}/built`, start, start)
    rmSync('dist', { recursive: true, force: true })
    renameSync(draft, 'dist')
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

await ({ grammar: () => grammar(), assets: () => assets() }[process.argv[2]] ?? everything)()
