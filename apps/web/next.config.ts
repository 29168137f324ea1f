import { join } from 'node:path'
import type { NextConfig } from 'next'

const repository = join(import.meta.dirname, '../..')

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: repository,
  turbopack: {
    root: repository,
    // One build serves every path that PUBLIC_URL may have.
    rules: {
      '**/next/dist/**/{add,has,remove}-base-path.js': {
        loaders: [join(import.meta.dirname, 'base-path-loader.cjs')],
      },
    },
  },
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // In development the browser talks to the front door, which forwards to this server.
  allowedDevOrigins: ['127.0.0.1', 'localhost', '[::1]'],
}

export default config
