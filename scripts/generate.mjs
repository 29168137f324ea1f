#!/usr/bin/env node
// Writes the documents that are made from the code: OpenAPI, AsyncAPI, the variables of the environment, the limits, the
// licences of packages, and the diagrams of imports. `--check` compares instead of writing.
import fs from 'node:fs'
import { pathToFileURL } from 'node:url'
import { makeDistrictsPage } from './check/district-diagrams.mjs'
import { makeComposeFile, makeConfigurationPage, makeEnvExample } from './check/environment-documents.mjs'
import { makeLicencesPage } from './check/licences-document.mjs'
import { makeLimitsPage } from './check/limits-document.mjs'
import { asyncApiErrors, openApiErrors } from './check/validate-documents.mjs'
import { inProject } from './foundation/paths.mjs'
import { runCommand } from './process/run-command.mjs'

/** @typedef {{ file: string, make: () => Promise<string>, validate?: (document: Record<string, unknown>) => Promise<string[]> }} Document */

/** @type {Document[]} */
const documents = [
  { file: 'apps/api/openapi.json', make: makeOpenApi, validate: openApiErrors },
  { file: 'packages/protocol/asyncapi.json', make: makeAsyncApi, validate: asyncApiErrors },
  { file: 'docs/configuration.md', make: makeConfigurationPage },
  { file: '.env.example', make: makeEnvExample },
  { file: 'docker-compose.yml', make: makeComposeFile },
  { file: 'docs/limits.md', make: makeLimitsPage },
  { file: 'docs/licences.md', make: makeLicencesPage },
  { file: 'docs/districts.md', make: makeDistrictsPage },
]

/**
 * Makes each document, validates it where there is a standard for it, and writes it or compares it with the file. The
 * build has to be current.
 * @param {{ check: boolean }} options
 * @returns {Promise<{ ok: boolean, lines: string[] }>}
 */
export async function generate({ check }) {
  const lines = []
  for (const { file, make, validate } of documents) {
    const text = await make()
    for (const error of (await validate?.(JSON.parse(text))) ?? []) lines.push(`${file}: ${error}`)
    if (!check) fs.writeFileSync(inProject(file), text)
    else if (read(file) !== text) lines.push(`${file} is out of date: run npm run generate and commit it`)
  }
  return { ok: lines.length === 0, lines }
}

async function makeOpenApi() {
  const { ok, lines, stdout } = await runCommand(process.execPath, [inProject('apps/api/dist/openapi.js')])
  if (!ok) throw new Error(`apps/api/dist/openapi.js failed:\n${lines.join('\n')}`)
  return format(JSON.parse(stdout))
}

async function makeAsyncApi() {
  const { asyncApiDocument } = await import(pathToFileURL(inProject('packages/protocol/dist/index.js')).href)
  const { version } = JSON.parse(fs.readFileSync(inProject('package.json'), 'utf8'))
  return format(asyncApiDocument(version))
}

/** @param {object} document */
function format(document) {
  return `${JSON.stringify(document, null, 2)}\n`
}

/** @param {string} file */
function read(file) {
  return fs.existsSync(inProject(file)) ? fs.readFileSync(inProject(file), 'utf8') : undefined
}

if (process.argv[1] === inProject('scripts/generate.mjs')) {
  const { installAndBuild } = await import('./build/prepare.mjs')
  await installAndBuild()
  const { ok, lines } = await generate({ check: process.argv.includes('--check') })
  process.stdout.write(ok ? 'the documents are up to date\n' : `${lines.join('\n')}\n`)
  process.exitCode = ok ? 0 : 1
}
