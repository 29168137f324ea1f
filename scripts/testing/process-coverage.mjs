import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeProcessCovs } from '@bcoe/v8-coverage'
import { convert } from 'ast-v8-to-istanbul'
import istanbulCoverage from 'istanbul-lib-coverage'
import { parseAstAsync } from 'vitest/node'
import { inProject } from '../foundation/paths.mjs'

/** @typedef {import('@bcoe/v8-coverage').ProcessCov} ProcessCov */

/** Our own code as it runs: what TypeScript wrote, or a script itself. */
const countedFiles = /^(packages|apps)\/[^/]+\/dist\/(?!.*(generated|testing)\/).+\.js$|^scripts\/.+\.mjs$/

/**
 * The coverage of all processes that wrote theirs into a directory (NODE_V8_COVERAGE), by source file.
 * @param {string} directory
 */
export async function readProcessCoverage(directory) {
  const coverageMap = istanbulCoverage.createCoverageMap()
  /** @type {ProcessCov} */
  let merged = { result: [] }
  for (const name of fs.readdirSync(directory)) {
    const { result } = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'))
    merged = mergeProcessCovs([merged, { result: result.filter(isCounted) }])
  }
  for (const script of merged.result) {
    const file = fileURLToPath(script.url)
    const code = fs.readFileSync(file, 'utf8')
    const converted = await convert({
      code,
      coverage: script,
      // The converter needs positions and types of nodes, which both parsers give alike.
      ast: /** @type {Promise<import('ast-v8-to-istanbul').Options['ast']>} */ (
        /** @type {Promise<unknown>} */ (parseAstAsync(code))
      ),
      sourceMap: readSourceMap(file),
    })
    coverageMap.merge(/** @type {istanbulCoverage.CoverageMapData} */ (/** @type {unknown} */ (converted)))
  }
  return coverageMap
}

/** @param {{ url: string }} script */
function isCounted({ url }) {
  if (!url.startsWith('file://')) return false
  const file = path.relative(inProject(), fileURLToPath(url))
  return countedFiles.test(file) && fs.existsSync(inProject(file))
}

/** @param {string} file */
function readSourceMap(file) {
  const map = `${file}.map`
  return fs.existsSync(map) ? JSON.parse(fs.readFileSync(map, 'utf8')) : undefined
}
