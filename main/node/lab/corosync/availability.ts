// Whether the lab can run here: it needs Linux, root, and a few system packages. Says what is missing in a sentence.
import { existsSync } from 'node:fs';
import { succeeds } from './shell.ts';

const TOOLS: readonly (readonly [tool: string, debianPackage: string])[] = [
  ['ip', 'iproute2'],
  ['nft', 'nftables'],
  ['iptables', 'iptables'],
  ['tcpdump', 'tcpdump'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
];
const PROBE = `totemlab-probe-${process.pid}`;

const has = (tool: string): boolean => succeeds('sh', ['-c', `command -v ${tool}`]);

/** Null where the lab can run. `daemon`: the corosync to be run. */
export function whyNoLab(daemon = 'corosync'): string | null {
  if (process.platform !== 'linux') return 'the Corosync lab needs Linux with network namespaces';
  if (process.getuid?.() !== 0) return 'the Corosync lab needs root, to make network namespaces';
  const missing = TOOLS.filter(([tool]) => !has(tool)).map(([, name]) => name);
  if (daemon.startsWith('/') ? !existsSync(daemon) : !has(daemon)) missing.push('corosync');
  if (missing.length > 0) return `the Corosync lab needs: apt-get install ${[...new Set(missing)].join(' ')}`;
  const isAllowed = succeeds('ip', ['netns', 'add', PROBE]) && succeeds('ip', ['netns', 'del', PROBE]);
  return isAllowed ? null : 'the Corosync lab may not make network namespaces here';
}

/** Null where the client on libcpg can be built. */
export function whyNoClient(): string | null {
  if (has('cc') && existsSync('/usr/include/corosync/cpg.h')) return null;
  return 'the CPG client needs: apt-get install gcc libcpg-dev';
}
