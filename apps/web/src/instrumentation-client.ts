import type { z } from 'zod'

declare global {
  var __webpack_nonce__: string | undefined
  var __zod_globalConfig: Parameters<typeof z.config>[0]
}

// Read by zod when it is loaded. Compiling schemas needs eval, which the content security policy forbids.
globalThis.__zod_globalConfig = { jitless: true }

// Dialogs add a style element while they keep the page behind them still; it needs the page's nonce.
globalThis.__webpack_nonce__ = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce
