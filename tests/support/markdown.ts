import fs from 'node:fs'
import { inProject } from '../../scripts/foundation/paths.mjs'

/** The shell commands of a section of a document: its blocks that are fenced as `sh`, joined. */
export function shellCommands(file: string, heading: string): string {
  const lines = fs.readFileSync(inProject(file), 'utf8').split('\n')
  const commands: string[] = []
  let inSection = false
  let inBlock = false
  for (const line of lines) {
    if (inBlock && line === '```') inBlock = false
    else if (inBlock) commands.push(line)
    else if (line.startsWith('#')) inSection = line.replace(/^#+ /, '') === heading
    else if (inSection && line === '```sh') inBlock = true
  }
  if (commands.length === 0) throw new Error(`${file} has no shell commands under “${heading}”.`)
  return commands.join('\n')
}
