import path from 'node:path'
import { runCommand } from '../process/run-command.mjs'

/** @typedef {{ source: string, dependencies: { resolved: string }[] }} Module */

/**
 * A check that the folders below each root import each other one way, types included. A folder is its own files alone: its
 * subfolders are folders of their own. (The folder rules of dependency-cruiser count a subfolder's files to its parent,
 * and so miss a parent and a child that import each other.)
 * @param {readonly string[]} roots such as `apps/web/src`
 */
export function foldersFormNoCycle(roots) {
  return {
    name: 'folders',
    async run() {
      const { ok, stdout, lines } = await runCommand(process.execPath, [
        'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
        '--config=.dependency-cruiser.mjs',
        '--output-type=json',
        ...roots,
      ])
      // A broken rule is reported by the check of the rules; here only the imports count.
      if (!ok && !stdout.startsWith('{')) return { ok, lines }
      const { modules } = JSON.parse(stdout)
      const cycles = roots.flatMap((root) => findFolderCycles(modules, root))
      return { ok: cycles.length === 0, lines: cycles }
    },
  }
}

/**
 * Groups of folders that reach each other by imports: a line for each folder of a group and each folder it imports.
 * @param {Module[]} modules
 * @param {string} root
 * @returns {string[]}
 */
export function findFolderCycles(modules, root) {
  const imports = folderImports(modules, root)
  const reachable = new Map([...imports.keys()].map((folder) => [folder, foldersFrom(folder, imports)]))
  return [...imports].flatMap(([from, targets]) =>
    [...targets]
      .filter(([to]) => reachable.get(to)?.has(from))
      .map(([to, example]) => `${from} and ${to} import each other, for example by ${example}`),
  )
}

/**
 * @param {Module[]} modules
 * @param {string} root
 * @returns {Map<string, Map<string, string>>} by folder, the folders it imports, each with an example
 */
function folderImports(modules, root) {
  /** @type {Map<string, Map<string, string>>} */
  const imports = new Map()
  const isInside = (/** @type {string} */ file) =>
    file.startsWith(`${root}/`) && !file.includes('/generated/')
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [path.posix.dirname(source), path.posix.dirname(resolved)]
      if (from === to || !isInside(source) || !isInside(resolved)) continue
      const targets = imports.get(from) ?? new Map()
      imports.set(from, targets)
      if (!targets.has(to)) targets.set(to, `${source} → ${resolved}`)
    }
  }
  return imports
}

/**
 * @param {string} start
 * @param {Map<string, Map<string, string>>} imports
 * @returns {Set<string>} what a folder imports, directly or through others
 */
function foldersFrom(start, imports) {
  /** @type {Set<string>} */
  const found = new Set()
  const queue = [start]
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const target of imports.get(folder)?.keys() ?? []) {
      if (found.has(target)) continue
      found.add(target)
      queue.push(target)
    }
  }
  return found
}
