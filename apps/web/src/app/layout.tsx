import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { basePath } from '@/lib/base-path'
import { Providers } from './providers'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Heliograph', template: '%s · Heliograph' },
  description: 'Register devices and watch their data live.',
  robots: { index: false },
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f9f8f6' },
    { media: '(prefers-color-scheme: dark)', color: '#12110f' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the nonce also makes each page render per request, as a nonce must be.
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" data-base-path={basePath()} suppressHydrationWarning>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  )
}
