// Requests to URLs that come from outside: only to the hosts that the connector expects, not into private networks, and
// without following redirects.
import { type LookupAddress, lookup } from 'node:dns'
import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

export interface Answered {
  status: number
  headers: IncomingMessage['headers']
  /** How much of the body is read. */
  text: string
}

/**
 * Posts JSON to a URL from outside.
 * @throws ForbiddenAddress, or a transient error: no connection, no response in time
 */
export type PostJson = (address: string, message: object, patience: number) => Promise<Answered>

/** A URL to which nothing is sent. */
export class ForbiddenAddress extends Error {}

interface Allowed {
  /** Is this a host that such a URL can have? */
  expects(address: URL): boolean
  /** Hosts that can be in a private network. */
  privateHosts: readonly string[]
}

/** Creates a client for URLs from outside. */
export function openPostJson(allowed: Allowed): PostJson {
  // Our own connections: one that was opened elsewhere for the same name could lead into a private network.
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) }
  return async (address, message, patience) => {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (!url || !isWeb(url.protocol) || !allowed.expects(url)) throw new ForbiddenAddress('not an expected address')
    const checked = allowed.privateHosts.includes(hostOf(url))
      ? {}
      : { agent: agents[url.protocol], lookup: lookupIn(url) }
    return send(url, JSON.stringify(message), { ...checked, signal: AbortSignal.timeout(patience) })
  }
}

const isWeb = (protocol: string): protocol is 'http:' | 'https:' => protocol === 'http:' || protocol === 'https:'

/** The host of an address as it is compared: without the brackets of IPv6. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').toLowerCase()

const longestAnswer = 64 * 1024

async function send(url: URL, body: string, how: RequestOptions): Promise<Answered> {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: 'POST', headers, ...how }, resolve)
      .on('error', reject)
      .end(body)
  })
  return { status: response.statusCode ?? 0, headers: response.headers, text: await beginningOf(response) }
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > longestAnswer) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Looks up a public host: the address that is checked is the one connected to, so that DNS can't change in between. */
function lookupIn(url: URL): LookupFunction {
  const host = hostOf(url)
  // IP addresses are connected to without a lookup.
  if (isIP(host) && isPrivate(host)) throw new ForbiddenAddress('an address in a private network')
  return (name, options, callback) =>
    lookup(name, { ...options, all: true }, (fault, found: LookupAddress[] = []) => {
      const open = found.filter(({ address }) => !isPrivate(address))
      const [first] = open
      if (fault || !first) callback(fault ?? new ForbiddenAddress('an address in a private network'), '', 0)
      else if (options.all) callback(null, open)
      else callback(null, first.address, first.family)
    })
}

// iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry; the last three lead to IPv4 addresses.
const networks = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4',
  '::/127 fc00::/7 fe80::/10 fec0::/10 ff00::/8 64:ff9b::/96 2001::/32 2002::/16',
]

const privateNetworks = new BlockList()
for (const network of networks.join(' ').split(' ')) {
  const [net = '', bits] = network.split('/')
  privateNetworks.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4')
}

/** Is an IP address private, loopback, link-local, or invalid? IPv4 inside IPv6 counts as IPv4. */
export const isPrivate = (address: string): boolean =>
  privateNetworks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
