/** Where attackers come from: one address, which is not that of the bystander. */
export const attackerAddress = '127.0.0.66'
