import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../../scripts/foundation/paths.mjs'

/** The path of a picture or record that a test leaves for people; git ignores the folder, and nothing empties it. */
export function artifact(name: string): string {
  const file = inProject('tests/artifacts', name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  return file
}
