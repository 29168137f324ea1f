import { describe, expect, it } from 'vitest'
import { refusalHelp, refusalTitle, refusalTodo } from './refusal-texts'

describe('the texts of refusals', () => {
  it('name the device, and lead to the page that helps', () => {
    expect(refusalTitle('duplicate_client_id')).toBe('Duplicate client id')
    expect(refusalTodo('duplicate_client_id', 'pump-7')).toContain('its own client id: pump-7:suffix.')
    expect(refusalTodo('wrong_client_id', null)).not.toContain('{')
    expect(refusalHelp('bad_credentials', 'acme', 'pump-7')).toEqual({
      href: '/o/acme/devices/pump-7/credentials',
      label: 'Credentials of pump-7',
    })
    expect(refusalHelp('topic_denied', 'acme', 'pump-7')?.label).toBe('Topics of pump-7')
    expect(refusalHelp('rate', 'acme', 'pump-7')).toBeNull()
  })

  it('are made of the code where there is none', () => {
    expect(refusalTitle('server_error')).toBe('server error')
    expect(refusalTodo('server_error', 'pump-7')).toBe('')
  })
})
