// corosync-cfgtool, corosync-cpgtool and corosync-quorumtool as Corosync 1.4 and 3.1 print them, from what a node of
// ours knows. Text only.
import { toolErr, toolOut, type NodeView, type ToolResult } from './node-view.ts';

const NOT_RUNNING_1 = 'Could not initialize corosync configuration API error 2\n';

function ringStatus(view: NodeView): string {
  const { self, dialect, transport, nodelist, status } = view;
  if (dialect === 'corosync-1')
    return [
      'Printing ring status.',
      `Local node ID ${self.nodeid}`,
      'RING ID 0',
      `\tid\t= ${self.ip}`,
      '\tstatus\t= ring 0 active with no faults',
      '',
    ].join('\n');
  const members = new Set(status?.node.totem.members.map(({ nodeid }) => nodeid));
  const links = nodelist.map(({ nodeid }) => {
    const how = nodeid === self.nodeid ? 'localhost' : members.has(nodeid) ? 'connected' : 'disconnected';
    return `\t\tnodeid: ${String(nodeid).padStart(10)}:\t${how}`;
  });
  const head = [
    `Local node ID ${self.nodeid}, transport ${transport}`,
    'LINK ID 0 ',
    `\taddr\t= ${self.ip}`,
    '\tstatus:',
  ];
  return `${[...head, ...links].join('\n')}\n`;
}

function addressOfNode(view: NodeView, text: string | undefined): ToolResult {
  const found = view.nodelist.find(({ nodeid }) => String(nodeid) === text);
  if (found === undefined)
    return view.dialect === 'corosync-1'
      ? toolOut('\n')
      : toolErr(`Could not get node address for nodeid ${text ?? ''}\n`);
  return toolOut(`${found.ip}\n`);
}

/** corosync-cfgtool -s and -a NODEID. */
export function corosyncCfgtool(args: readonly string[], view: NodeView): ToolResult {
  if (view.status === null) return toolErr(NOT_RUNNING_1);
  const [option, value] = args;
  if (option === '-s') return toolOut(ringStatus(view));
  if (option === '-a') return addressOfNode(view, value);
  return toolErr('corosync-cfgtool [-s] [-a NODEID]: the status of the ring, the address of a node\n', 1);
}

/** corosync-cpgtool: processes of every group, one more line each. */
export function corosyncCpgtool(view: NodeView): ToolResult {
  if (view.status === null) return toolErr('Cannot initialise Corosync CPG service\n');
  const addresses = new Map(view.nodelist.map(({ nodeid, ip }) => [nodeid, ip]));
  const groups = view.status.node.groups.filter(({ members }) => members.length > 0);
  const lines = groups.flatMap(({ name, members }) => [
    name,
    ...members.map(
      ({ nodeid, pid }) =>
        `\t\t${String(pid).padStart(10)}\t${String(nodeid).padStart(10)} (${addresses.get(nodeid) ?? ''})`,
    ),
  ]);
  return toolOut(`${['Group Name\t       PID\t   Node ID', ...lines].join('\n')}\n`);
}

function memberLines({ self, nodelist, status }: NodeView): readonly string[] {
  const names = new Map(nodelist.map(({ nodeid, number }) => [nodeid, `n${number}`]));
  const rows = (status?.node.totem.members ?? []).map(({ nodeid }) => {
    const local = nodeid === self.nodeid ? ' (local)' : '';
    return `${String(nodeid).padStart(10)} ${'1'.padStart(10)} ${names.get(nodeid) ?? nodeid}${local}`;
  });
  return ['', 'Membership information', '----------------------', '    Nodeid      Votes Name', ...rows, ''];
}

/** corosync-quorumtool of 3.1, without its date; `-l` the members alone. Each node has one vote. */
export function corosyncQuorumtool(args: readonly string[], view: NodeView): ToolResult {
  if (view.status === null) return toolErr('Cannot initialize QUORUM service\n');
  if (view.dialect === 'corosync-1') return toolErr('corosync-quorumtool: no quorum provider is configured\n');
  if (args[0] === '-l') return toolOut(memberLines(view).join('\n'));
  const { ringId, members } = view.status.node.totem;
  const expected = view.nodelist.length;
  const quorum = Math.floor(expected / 2) + 1;
  const isQuorate = members.length >= quorum;
  const lines = [
    'Quorum information',
    '------------------',
    'Quorum provider:  corosync_votequorum',
    `Nodes:            ${members.length}`,
    `Node ID:          ${view.self.nodeid}`,
    `Ring ID:          ${ringId.rep.toString(16)}.${ringId.seq.toString(16)}`,
    `Quorate:          ${isQuorate ? 'Yes' : 'No'}`,
    '',
    'Votequorum information',
    '----------------------',
    `Expected votes:   ${expected}`,
    `Highest expected: ${expected}`,
    `Total votes:      ${members.length}`,
    `Quorum:           ${quorum} ${isQuorate ? ' ' : ' Activity blocked'}`,
    `Flags:            ${isQuorate ? 'Quorate ' : ''}`,
  ];
  return { out: [...lines, ...memberLines(view)].join('\n'), err: '', code: isQuorate ? 0 : 2 };
}
