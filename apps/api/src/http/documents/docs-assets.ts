import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pageStyle, startScript } from './docs-page.js'

const require = createRequire(import.meta.url)
const styleFile = require.resolve('swagger-ui-dist/swagger-ui.css')
const bundleFile = require.resolve('swagger-ui-dist/swagger-ui-bundle.js')

/** The files of the readable page. Swagger UI is read from our own disk: the page loads nothing from other servers. */
export const docsAssets = {
  style: () => fs.readFile(styleFile, 'utf8'),
  bundle: () => fs.readFile(bundleFile, 'utf8'),
  page: () => Promise.resolve(pageStyle),
  start: () => Promise.resolve(startScript),
}
