import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from './lib/content-security-policy'

/** Gives each page a nonce of its own, so that no script runs which this server did not write. */
export function proxy(request: NextRequest) {
  if (!pageMethods.includes(request.method)) return wrongMethod()
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === 'development')

  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)

  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('referrer-policy', 'same-origin')
  response.headers.set('x-content-type-options', 'nosniff')
  response.headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()')
  return response
}

const pageMethods = ['GET', 'HEAD']

/** Next answers any method with the page, as if what was sent had been taken. */
function wrongMethod(): NextResponse {
  const allow = pageMethods.join(', ')
  const detail = `This address is a page, which supports ${allow}. REST is at /api/v1.`
  const problem = {
    type: 'about:blank',
    title: 'Method Not Allowed',
    status: 405,
    detail,
    code: 'method_not_allowed',
  }
  const headers = {
    allow,
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  }
  return new NextResponse(JSON.stringify(problem), { status: 405, headers })
}

export const config = {
  matcher: ['/((?!_next/static|_next/image|_next/webpack-hmr|icon.svg|robots.txt).*)'],
}
