#!/usr/bin/env node
// Generates the Prisma client from prisma/schema.prisma, without the network.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { projectRoot } from './foundation/paths.mjs'

const require = createRequire(import.meta.url)
const prismaCli = path.join(path.dirname(require.resolve('prisma/package.json')), 'build', 'index.js')

const result = spawnSync(process.execPath, [prismaCli, 'generate', '--no-hints'], {
  cwd: projectRoot,
  encoding: 'utf8',
  env: {
    ...process.env,
    // `generate` never runs the native schema engine, but the CLI downloads one unless it is told of a file.
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
})

if (result.status !== 0) {
  process.stderr.write(`${result.stdout}${result.stderr}`)
  process.stderr.write('The Prisma client could not be generated from prisma/schema.prisma.\n')
  process.exit(1)
}
