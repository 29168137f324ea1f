import { config } from 'zod'

declare global {
  var __webpack_nonce__: string | undefined
}

// Runs before any schema is made. Compiling schemas needs eval, which the content security policy forbids.
config({ jitless: true })

// Dialogs add a style element while they keep the page behind them still; it needs the page's nonce.
globalThis.__webpack_nonce__ = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce
