import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { inProject } from '../foundation/paths.mjs'
import { commandExists } from '../process/command-exists.mjs'
import { runCommand } from '../process/run-command.mjs'

/** A check that the benches' load generator, which is in C, compiles without a warning; none where there is no compiler. */
export function loadGeneratorCompiles() {
  if (!commandExists('gcc') || !commandExists('make')) return []
  return [{ name: 'load generator', run: compile }]
}

async function compile() {
  const binaries = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-load-'))
  try {
    const { ok, lines } = await runCommand('make', [
      '--silent',
      `--directory=${inProject('bench/load')}`,
      `B=${binaries}`,
    ])
    return { ok: ok && lines.length === 0, lines }
  } finally {
    fs.rmSync(binaries, { recursive: true, force: true })
  }
}
