// Signing in as a browser does: the page of a one-time link has a button.

/** Presses the button of a link's page. @param link as `signInLink` of a world gives it, with `&to=` */
export function pressSignIn(url: string, link: string, headers: Record<string, string> = {}): Promise<Response> {
  const { pathname, searchParams } = new URL(link, url)
  return fetch(url + pathname, {
    method: 'POST',
    redirect: 'manual',
    body: searchParams,
    headers: { accept: 'text/html', ...headers },
  })
}

/** The session's cookie, as a browser sends it back. */
export const cookieOf = (response: Response): string =>
  (response.headers.get('set-cookie') ?? '').split(';')[0] as string
