/**
 * Lets Next.js read its base path when it is used. Next.js fixes it when the pages are built, in three modules which add it to links
 * and remove it from the address; all else in it does without (base-path.mjs).
 */
module.exports = function readBasePathWhenUsed(source) {
  const fixed = /^const basePath = process\.env\.__NEXT_ROUTER_BASEPATH \|\| '';$/m
  if (!fixed.test(source))
    throw new Error(`${this.resourcePath} has its base path in another way than base-path-loader.cjs knows`)
  return source.replace(fixed, read).replace(/(?<![\w.])basePath(?!\w)/g, 'readBasePath()')
}

/** As src/lib/base-path.ts does. */
const read = `const readBasePath = () =>
  (typeof document === 'undefined' ? globalThis.heliographBasePath : document.documentElement.dataset.basePath) ?? '';`
