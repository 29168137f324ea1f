import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the clone. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

/** @param {...string} segments */
export function inProject(...segments) {
  return path.join(projectRoot, ...segments)
}
