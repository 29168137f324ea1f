/** What an OpenID provider's refusal means, by the code with which the platform sends back. */
export function providerErrorText(code: string, provider: string): string {
  switch (code) {
    case 'account_not_linked':
      return `There is an account with your e-mail address already. Sign in to it as you did before, and connect ${provider} on the page of your account.`
    case 'no_role':
      return `Your groups at ${provider} give you no role here. Ask whoever runs this platform.`
    case 'email_not_verified':
    case 'unable_to_link_account':
      return `${provider} has not verified your e-mail address. Have it verified there, and try again.`
    case 'email_does_not_match':
      return `Your e-mail address at ${provider} is another one than here. Use the account with the same address.`
    case 'account_already_linked_to_different_user':
      return `Another account here is connected to this account at ${provider}. Sign in to that one and disconnect it first.`
    case 'email_not_found':
      return `${provider} did not tell your e-mail address. Ask whoever runs this platform.`
    case 'access_denied':
      return `${provider} did not let you in, or you canceled.`
    case 'state_mismatch':
      return 'This took too long, or began in another browser. Try again.'
    default:
      return `${provider} could not be used: ${code}. Try again; the log of the server says more.`
  }
}
