// Sees to it that nothing of a lab is left when its process is killed: a shell of its own session waits until the lab
// is gone, then removes what the lab named. A lab that ends by itself has removed all before.
import { spawn } from 'node:child_process';

/** What is to go, each as a word: the beginning of names of network namespaces, or empty; then folders. */
const SCRIPT = [
  'cat >/dev/null',
  'prefix=$1; shift',
  'remove() { for folder in "$@"; do rm -rf -- "$folder" 2>/dev/null || return 1; done; }',
  '[ $# -eq 0 ] || remove "$@" || { sleep 1; remove "$@"; }',
  '[ -n "$prefix" ] || exit 0',
  'for space in /run/netns/"$prefix"*; do [ -e "$space" ] && ip netns del "${space##*/}"; done',
].join('\n');

export interface Guardian {
  /** Nothing is left to guard. */
  release(): Promise<void>;
}

export function setGuardian(namespacePrefix: string, folders: readonly string[]): Guardian {
  const child = spawn('sh', ['-c', SCRIPT, 'sh', namespacePrefix, ...folders], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  const gone = new Promise<void>((done) => {
    child.once('close', () => done());
    child.once('error', () => done());
  });
  child.stdin?.on('error', () => undefined);
  child.unref();
  return {
    release() {
      // Awaited from now on: nothing else may keep the program going.
      child.ref();
      child.stdin?.end();
      return gone;
    },
  };
}
