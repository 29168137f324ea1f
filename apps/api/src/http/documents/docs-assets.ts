import fs from 'node:fs/promises'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const styleFile = require.resolve('swagger-ui-dist/swagger-ui.css')
const bundleFile = require.resolve('swagger-ui-dist/swagger-ui-bundle.js')

/** Starts Swagger UI on our document. */
const startScript = `window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
})
`

/** Swagger UI, read from our own disk: the page loads nothing from other servers. */
export const docsAssets = {
  style: () => fs.readFile(styleFile, 'utf8'),
  bundle: () => fs.readFile(bundleFile, 'utf8'),
  start: () => Promise.resolve(startScript),
}

export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Heliograph REST interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<p style="text-align: center; font-family: sans-serif">
MQTT is described in <a href="/api/asyncapi.json">asyncapi.json</a>.
</p>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`
