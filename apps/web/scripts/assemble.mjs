// Next leaves static files out of the standalone server; put them where it looks for them, and
// compress scripts and styles as well as can be: they never change, and are sent often.
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'

const compress = promisify(brotliCompress)
const web = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const standalone = (path) => web(`.next/standalone/apps/web/${path}`)

for (const [from, to] of [
  [web('.next/static'), standalone('.next/static')],
  [web('public'), standalone('public')],
]) {
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true })
}

const files = await readdir(standalone('.next/static'), { recursive: true })
await Promise.all(
  files
    .filter((file) => /\.(js|css)$/.test(file))
    .map((file) => join(standalone('.next/static'), file))
    .map(async (path) => writeFile(`${path}.br`, await compress(await readFile(path)))),
)
