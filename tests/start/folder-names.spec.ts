import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashBuildInputs } from '../../scripts/build/build-inputs.mjs'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { environment } from '../support/environment.js'
import { freePort } from '../support/free-port.js'
import { watch } from '../support/supervised.js'

/** Each of these characters means something else in a URL, in a shell, or in a list of PostgreSQL's settings. */
const folderName = 'Geräte, „Werk 1“ & 100 % #2'

/** A busy machine takes most of it to begin. */
const slowMs = 240_000

let parent: string
let clone: string

beforeAll(async () => {
  parent = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-folder-'))
  await fs.chmod(parent, 0o711)
  clone = path.join(parent, folderName)
  await fs.mkdir(clone)
  await makeClone()
})

afterAll(() => fs.rm(parent, { recursive: true, force: true }))

it('npm start serves from a folder with spaces, non-ASCII characters and signs in its name', {
  timeout: slowMs,
}, async () => {
  const child = spawn(process.execPath, [path.join(clone, 'scripts/start.mjs')], {
    cwd: clone,
    env: environment({ PORT: String(await freePort()), MQTT_PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run = watch(child)
  try {
    const url = await run.ready
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const page = await fetch(`${url}/`)
    expect(page.status).toBe(200)
    const asset = /\/_next\/static\/[^"]+\.js/.exec(await page.text())?.[0] ?? ''
    expect((await fetch(url + asset)).headers.get('content-type')).toContain('javascript')
    expect(await fs.readdir(path.join(clone, '.data'))).toContain('socket')
  } finally {
    run.kill('SIGTERM')
    await run.exited
  }
})

it('Next’s command line, which builds the pages, finds their folder', async () => {
  const script = path.join(clone, 'apps/web/scripts/next.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--version'], { cwd: parent })
  expect(stdout).toMatch(/^Next\.js v\d/)
})

/** A copy of this clone as it is built, by hard links; its dependencies are links into this one. */
async function makeClone(): Promise<void> {
  const files = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'turbo.json', 'prisma.config.ts']
  for (const name of [...files, 'prisma', 'scripts', 'packages', 'apps'])
    await copy(inProject(name), path.join(clone, name))
  await fs.mkdir(path.join(clone, '.turbo'))
  await fs.writeFile(path.join(clone, '.turbo/built'), hashBuildInputs())
  await linkDependencies()
}

async function linkDependencies(): Promise<void> {
  const modules = path.join(clone, 'node_modules')
  await fs.mkdir(path.join(modules, '@heliograph'), { recursive: true })
  for (const name of await fs.readdir(inProject('node_modules')))
    if (name !== '@heliograph') await fs.symlink(inProject('node_modules', name), path.join(modules, name))
  // The workspaces are linked relatively, so that the copies are used.
  for (const name of await fs.readdir(inProject('node_modules/@heliograph'))) {
    const target = await fs.readlink(inProject('node_modules/@heliograph', name))
    await fs.symlink(target, path.join(modules, '@heliograph', name))
  }
}

/** What lies beside the built pages in `.next` is needed only to build again. */
const left = /^(?!.*\/standalone\/).*\/(node_modules|\.next\/(?!standalone)[^/]+)$/

async function copy(from: string, to: string): Promise<void> {
  if (left.test(from)) return
  const stat = await fs.lstat(from)
  if (stat.isSymbolicLink()) return fs.symlink(await fs.readlink(from), to)
  if (!stat.isDirectory()) return fs.link(from, to).catch(() => fs.copyFile(from, to))
  await fs.mkdir(to, { recursive: true })
  for (const name of await fs.readdir(from)) await copy(path.join(from, name), path.join(to, name))
}
