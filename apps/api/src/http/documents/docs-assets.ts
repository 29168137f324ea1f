import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import { docsPage, pageStyle, startScript } from './docs-page.js'
import { type StaticFile, staticFile } from './static-file.js'

const require = createRequire(import.meta.url)
const styleFile = require.resolve('swagger-ui-dist/swagger-ui.css')
const bundleFile = require.resolve('swagger-ui-dist/swagger-ui-bundle.js')
const css = 'text/css; charset=utf-8'
const javascript = 'text/javascript; charset=utf-8'

export type DocsAsset = 'page' | 'page.css' | 'swagger-ui.css' | 'swagger-ui-bundle.js' | 'start.js'

/** Reads the readable page and its files. Swagger UI is read from our own disk: the page loads nothing from other servers. */
export async function readDocsAssets(basePath: string): Promise<Record<DocsAsset, StaticFile>> {
  return {
    page: staticFile('text/html; charset=utf-8', docsPage(basePath)),
    'page.css': staticFile(css, pageStyle),
    'swagger-ui.css': staticFile(css, await fs.readFile(styleFile)),
    'swagger-ui-bundle.js': staticFile(javascript, await fs.readFile(bundleFile)),
    'start.js': staticFile(javascript, startScript(basePath)),
  }
}
