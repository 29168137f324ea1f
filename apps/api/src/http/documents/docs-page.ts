/** The page around Swagger UI: where one is, the way back to the pages, and the other document. */
export const docsPage = (basePath: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Heliograph REST interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${basePath}/api/docs/swagger-ui.css">
<link rel="stylesheet" href="${basePath}/api/docs/page.css">
</head>
<body>
<header>
<a href="${basePath}/">← Back to Heliograph</a>
<a href="${basePath}/api/openapi.json">OpenAPI document</a>
<a href="${basePath}/api/asyncapi.json">AsyncAPI document of MQTT</a>
</header>
<main id="docs"></main>
<script src="${basePath}/api/docs/swagger-ui-bundle.js"></script>
<script src="${basePath}/api/docs/start.js"></script>
</body>
</html>
`

/** Gives text the contrast that WCAG asks for (1.4.3), where the colours of Swagger UI do not. */
export const pageStyle = `
body { margin: 0; background: #fff; color: #3b4151; font: 14px/1.5 sans-serif }
body > header { display: flex; flex-wrap: wrap; gap: 4px 24px; padding: 12px 20px; border-bottom: 1px solid #d8dde7 }
body > header a { color: #1a5296 }
body > header a:first-child { font-weight: 600; margin-right: auto }
:focus-visible { outline: 2px solid #1a5296; outline-offset: 2px }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1a5fa8 }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #1b7a4b }
.swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #0f6f68 }
.swagger-ui .opblock.opblock-put .opblock-summary-method { background: #9a4d00 }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b91c1c }
.swagger-ui .info .title small { background: #5a6270 }
.swagger-ui .info .title small.version-stamp { background: #4a6b00 }
.swagger-ui .info a, .swagger-ui .info .link, .swagger-ui .info .url { color: #1a5296 }
.swagger-ui .btn.authorize, .swagger-ui .btn.authorize span { color: #1b7a4b; border-color: #1b7a4b }
.swagger-ui .btn.authorize svg { fill: #1b7a4b }
.swagger-ui .btn.cancel { color: #b91c1c; border-color: #b91c1c }
.swagger-ui .markdown code, .swagger-ui .renderedMarkdown code { background: #f1f2f5; color: #6b21a8 }
.swagger-ui .microlight span[style*="211, 99, 99"] { color: #ff9c9c !important }
.swagger-ui .btn.execute { background: #1a5fa8; border-color: #1a5fa8 }
.swagger-ui .response-undocumented i, .swagger-ui .parameter__in, .swagger-ui .prop-format, .swagger-ui .parameter__extension { color: #545b6b }
.swagger-ui .parameter__name.required span, .swagger-ui .parameter__name.required::after { color: #b91c1c }
`

/**
 * Starts Swagger UI on our document, and mends what it leaves out for assistive technology: links inside of buttons, and
 * controls without a name. It sets them again whenever Swagger UI has drawn something.
 */
export const startScript = (basePath: string) => `
const plainPath = ({ React }) => ({
  components: { DeepLink: ({ text }) => React.createElement('span', null, text) },
})

window.ui = SwaggerUIBundle({
  url: '${basePath}/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  plugins: [plainPath],
})

function nameOf(control) {
  if (control.matches('.close-modal')) return 'Close'
  if (control.id === 'servers') return 'Server'
  return control.closest('[data-param-name]')?.dataset.paramName
    ?? (control.matches('textarea') ? 'Body of the request' : control.closest('.auth-container') ? 'Value' : 'Media type')
}

function nameControls() {
  for (const button of document.querySelectorAll('.auth-btn-wrapper [aria-label]')) button.removeAttribute('aria-label')
  for (const control of document.querySelectorAll('#docs :is(select, textarea, input, .close-modal):not([aria-label])'))
    control.setAttribute('aria-label', nameOf(control))
  // Text that scrolls, which a keyboard has to reach.
  for (const example of document.querySelectorAll('#docs pre.microlight:not([tabindex])')) example.tabIndex = 0
}

new MutationObserver(nameControls).observe(document.getElementById('docs'), { childList: true, subtree: true })
`
