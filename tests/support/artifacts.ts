import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../../scripts/foundation/paths.mjs'

/** Where a test may leave a picture or a record for people to look at; emptied by nobody, ignored by git. */
export function artifact(name: string): string {
  const file = inProject('tests/artifacts', name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  return file
}
