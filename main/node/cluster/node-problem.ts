// Why a node cannot run here, as values, and each as one sentence with its remedy.
import { assertNever } from '../../../protocol/base/result.ts';

export type NodeProblem =
  | { readonly kind: 'address-in-use'; readonly address: string; readonly port: number }
  | { readonly kind: 'no-such-address'; readonly address: string }
  | { readonly kind: 'no-multicast'; readonly group: string; readonly address: string; readonly code: string }
  | { readonly kind: 'not-permitted'; readonly what: string }
  | { readonly kind: 'not-in-nodelist'; readonly nodeid: number }
  | { readonly kind: 'disk'; readonly path: string; readonly code: string }
  | { readonly kind: 'corrupt'; readonly path: string; readonly octets: number }
  | { readonly kind: 'socket'; readonly what: string; readonly code: string };

const DISK: { readonly [code: string]: string } = {
  ENOSPC: 'the disk is full: free some space, then start the node again',
  EROFS: 'the file system is read-only: give another folder with --state',
  EACCES: 'it may not be written by you: give another folder with --state',
  EPERM: 'it may not be written by you: give another folder with --state',
  ENOENT: 'its folder does not exist: create it, or give another with --state',
  ENOTDIR: 'its folder is a file: give another with --state',
  EDQUOT: 'your quota is used up: free some space, then start the node again',
};

/** One sentence for a person. */
export function explainNodeProblem(problem: NodeProblem): string {
  switch (problem.kind) {
    case 'address-in-use': {
      const { address, port } = problem;
      const find = `ss -ulpn 'sport = :${port}'`;
      return `${address}:${port} is in use: another node runs there; stop it (${find}) or use --port.`;
    }
    case 'no-such-address':
      return `${problem.address} is no address of this machine: ip address lists those it has.`;
    case 'no-multicast':
      return (
        `${problem.address} cannot join ${problem.group} (${problem.code}): its interface does no multicast; ` +
        'use --transport udpu, or ip link set IF multicast on.'
      );
    case 'not-permitted':
      return `${problem.what} is not permitted to you: use a port above 1023 with --port, or ask for the right.`;
    case 'not-in-nodelist':
      return `node ${problem.nodeid} is not in --nodes: add ${problem.nodeid}=ADDRESS, as on every other node.`;
    case 'disk':
      return `${problem.path} cannot be kept: ${DISK[problem.code] ?? problem.code}.`;
    case 'corrupt':
      return (
        `${problem.path} has ${problem.octets} octets instead of 8: it is no ring id file; ` +
        'move it away, but never on a node whose ring still turns.'
      );
    case 'socket':
      return `${problem.what} failed: ${problem.code}.`;
    default:
      return assertNever(problem);
  }
}

/** The system's name of an error, ENOSPC and the like. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
