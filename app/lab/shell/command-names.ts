// The commands of a node's shell by name, and what may stand behind them, for completion. What they do is the host's.

/** Names and the words that may come first behind them. collie's are its own table (protocol/collie). */
export const SHELL_COMMANDS: { readonly [name: string]: readonly string[] } = {
  cat: ['corosync.log', 'store/sheep.log'],
  collie: [],
  'corosync-cfgtool': ['-s', '-a'],
  'corosync-cmapctl': ['-m stats'],
  'corosync-cpgtool': [],
  'corosync-objctl': [],
  'corosync-quorumtool': ['-l'],
  du: ['-h', 'store'],
  help: [],
  kill: ['-9 corosync', '-STOP corosync', '-CONT corosync'],
  killall: ['sheep', '-9 sheep'],
  ls: ['-la', 'store', 'store/obj', 'store/epoch'],
  pidof: ['corosync', 'sheep'],
  pkill: ['sheep', '-9 sheep'],
  'qemu-img': ['create sheepdog:', 'convert', 'info sheepdog:'],
  rm: [],
  service: [
    'corosync start',
    'corosync stop',
    'corosync restart',
    'corosync status',
    'sheepdog start',
    'sheepdog stop',
  ],
  sheep: ['-d', '-D', '-z'],
  tail: ['corosync.log', '-n 50 corosync.log', '-f corosync.log', 'store/sheep.log'],
};
