export interface HttpClient {
  /** Sends JSON and returns the response, whatever its status. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** Sends JSON and returns the parsed answer; a status other than 2xx is an error. */
  send<T>(method: string, path: string, body?: unknown): Promise<T>
  /** The same client with further headers. */
  with(headers: Record<string, string>): HttpClient
}

/** A client of a platform's REST, with headers that go with every request. */
export function createClient(baseUrl: string, headers: Record<string, string> = {}): HttpClient {
  const request: HttpClient['request'] = (method, path, body, more = {}) =>
    fetch(new URL(path, baseUrl), {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers, ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    request,
    async send<T>(method: string, path: string, body?: unknown) {
      const response = await request(method, path, body)
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
      return parseJson<T>(text)
    },
    with: (more) => createClient(baseUrl, { ...headers, ...more }),
  }
}

/** The caller names the shape that the route documents; the api's own tests hold the route to it. */
function parseJson<T>(text: string): T {
  return (text === '' ? undefined : JSON.parse(text)) as T
}
