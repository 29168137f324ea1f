export const title = 'nothing: how much the figures differ by themselves'

export async function attack() {}
