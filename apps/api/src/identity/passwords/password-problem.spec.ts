import { describe, expect, it } from 'vitest'
import { passwordProblem } from './password-problem.js'

describe('passwordProblem', () => {
  it.each([
    ['qwertyuiop', 'commonest'],
    ['Password123', 'commonest'],
    ['1Q2W3E4R5T', 'commonest'],
    ['P@ssw0rd2026!', 'password'],
    ['...dragon2024', 'dragon'],
    ['aaaaaaaaaaaa', 'repeats'],
    ['abcabcabcabc', 'repeats'],
    ['abcdefghijkl', 'sequence'],
    ['9876543210', 'sequence'],
    ['Heliograph1', 'own name'],
    ['lovelace1815', 'own name'],
    ['Acme-Greenhouses', 'own name'],
  ])('says of %s that it is bad: %s', (password, why) => {
    expect(passwordProblem(password, ['ada.lovelace@example.com', 'acme-greenhouses'])).toContain(why)
  })

  it.each([
    'correct horse battery staple',
    'kV7-tulip-94x',
    'long enough',
    'ausreichend lang',
    'Straße nach Süden 7',
  ])('has nothing against %s', (password) => {
    expect(passwordProblem(password, ['ada.lovelace@example.com', 'acme'])).toBeNull()
  })
})
