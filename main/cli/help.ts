// The help of the command line. Text only.
import { DEFAULT_CAPTURE_FILTER } from '../../app/session/live-capture.ts';

const DECODE = `totemlab decode FILE [--key FILE]… [--filter EXPR] [--limit N] [--data] [--text]

One line for every packet of the ring in a capture, in file order: a JSON object (NDJSON), or with
--text a line for people.

FILE is pcap or pcapng, also gzipped; - reads standard input.
  --key FILE     an authkey file; several are tried in turn
  --filter EXPR  only matching lines: comparisons == != < <= > >= contains in {…}, and or not ( ),
                 or a field's name alone for its presence; fields are those of the output, like
                 totem.kind, totem.seq, totem.ring_id, totem.proc_list.nodeid, frame, time (seconds
                 since the first frame), src, dst, node (any role), cpg.group, sheepdog.type
  --limit N      stop after N lines
  --data         give the messages' own octets as hex
  --text         a readable line instead of JSON

  totemlab decode ring.pcap --filter 'totem.kind == memb_join and node == 3' --text
  tcpdump -i eth0 -w - udp port 5405 | totemlab decode -`;

const ANALYSE = `totemlab analyse FILE [--key FILE]… [--log NODE=FILE]… [--conf FILE] [--json]
                 [--fail-on RULE | --fail-on warning | --fail-on failure]

What a capture says about its rings: the verdict, nodes, rings, how each node moved through the
membership protocol, how the token turned, and findings with their evidence; annotations that an
exported capture carries; how logs stand beside the packets.

FILE is pcap or pcapng, also gzipped; - reads standard input.
  --key FILE       an authkey file; several are tried in turn
  --log NODE=FILE  a corosync.log, a sheep.log or a dump of corosync-objctl or corosync-cmapctl of a node (id, name
                   or address), to be held against the packets
  --conf FILE      a corosync.conf: timers in force, checked against the rotation; names of nodes
  --json           one JSON object instead of text
  --fail-on WHAT   exit 1 if there is a finding of this rule or at least this severity

  totemlab analyse kill9.pcap
  totemlab analyse kill9.pcap --json --fail-on failure`;

const EXPORT = `totemlab export FILE --out FILE.pcapng [--findings] [--annotations FILE] [--span FROM,TO] [--scrub]
                [--key FILE]… [--log NODE=FILE]…

The annotated capture, for Wireshark and for this program: comments on the packets, an interface for
each node and link, names, log lines between the packets. What was encrypted stays so: keys never
go along.

  --out FILE          written whole or not at all, - for standard output; never the capture itself
  --findings          findings as comments on the packets that prove them
  --annotations FILE  those of FILE.annotations.json beside the capture, or those that it carries,
                      unless said
  --span FROM,TO      only these times: seconds since the first frame, or since 1970
  --scrub             other addresses and names, no payloads, the same everywhere
  --key FILE          an authkey file, for the findings
  --log NODE=FILE     a corosync.log of a node (id, name or address), on the time of the packets

  totemlab export kill9.pcap --findings --log 1=n1.log --out kill9.pcapng
  editcap kill9.pcapng part.pcapng 300-400       # keeps all of it`;

const REPORT = `totemlab report FILE --out FILE.html | FILE.md | - [--annotations FILE] [--key FILE]… [--log NODE=FILE]…
                [--conf FILE] [--scrub]

What happened, in one file without scripts: the verdict, pictures of the timeline, the evidence packet
by packet, where logs and packets agree or contradict, configuration, what to look at.

  --scrub         as totemlab export --scrub: the report of the scrubbed capture, read without keys; of
                  logs and corosync.conf only what tells of the ring

  totemlab report kill9.pcap --conf corosync.conf --log 1=n1.log --out kill9.html`;

const TABLE = `totemlab table FILE --out FILE.csv | - [--filter EXPR] [--annotations FILE] [--key FILE]…
               [--scrub]

The packets of the ring as CSV (RFC 4180), one line each; --filter as in totemlab decode. --scrub as in
totemlab export: the table of the scrubbed capture, read without keys.

  totemlab table kill9.pcap --filter 'totem.kind == memb_join' --out joins.csv`;

const CAPTURE = `totemlab capture -i IF [--out FILE] [--backend tcpdump | cap] [--duration S] [--filter EXPR]
totemlab capture --list

Captures on an interface into a pcapng file, until Ctrl-C. At the end it says how many packets
there were, how many were dropped, and whose clock their times are. When packets are dropped is said
at once, and stands in the file: conclusions of that time are less sure.

  -i IF           the interface; any captures on all of them
  --out FILE      IF.pcapng unless said
  --backend NAME  tcpdump (default where it is installed: the kernel's times, counts drops) or cap
                  (this program's times, and nobody can count what the kernel drops)
  --buffer MIB    the kernel's buffer; 64 unless said
  --duration S    stop after so many seconds
  --filter EXPR   in the language of man pcap-filter, instead of
                  ${DEFAULT_CAPTURE_FILTER}
  --list          the interfaces and their addresses

  totemlab capture -i eth0 --out ring.pcapng --duration 60`;

const PLACE = `totemlab place OID… --nodes ADDR[:PORT[:VNODES[:ZONE]]],… [--copies N] [--json]

Where sheepdog keeps objects: the nodes that hold the copies of each, in the order of the copies.

OID is an object id in hex, with or without its leading zeros. An IPv6 address stands in brackets.
  --nodes LIST  the nodes of the store; port 7000, 64 virtual nodes and the address as zone, where
                nothing else is given
  --copies N    copies of each object (3); more than there are zones are not made
  --json        one JSON array: [{ oid, hash, replicas }]

  totemlab place f774470000060d 80f7744700000000 --nodes 192.168.1.111,192.168.1.112 --copies 2`;

const IMAGE = `totemlab image create NAME SIZE [-a ADDRESS] [-p PORT]
totemlab image import FILE NAME [-a ADDRESS] [-p PORT]
totemlab image export NAME FILE [-a ADDRESS] [-p PORT]

What qemu-img create and convert do with a sheepdog store: makes an image, copies a raw image from
a file into a new one, or an image into a file.

NAME is NAME, NAME:TAG or NAME:NUMBER (a snapshot, to export), also as qemu has it:
sheepdog:[HOST:PORT:]NAME[:SNAPSHOT]. SIZE is in octets or ends in k, M, G or T.
  -a ADDRESS  a sheep of the store, localhost unless said; others are found by it
  -p PORT     its port, 7000 unless said

Runs of zeros are not written: the store has no objects of them, the file holes. If a node dies the
work goes on through another. Ctrl-C removes what is not whole.

  totemlab image import vm1.img VM1 -a 127.168.1.111`;

const LAB = `totemlab lab [--nodes N] [--dialect corosync-1 | corosync-3] [--transport udp | udpu] [--token MS]
             [--behaviour sound | faithful] [--host processes | corosync] [--dir DIR]
             [--capture FILE] [--exec FILE] [--json]

A mini cluster in the foreground: nodes as processes on 127.168.1.111, .112, .114 …, real UDP and
TCP 7000, each with a sheep that keeps its objects on disk. Says
what happens, takes lines from its prompt, and leaves no process behind when it ends.

  --nodes N         3 unless said
  --dialect NAME    corosync-1 (default, the report's) or corosync-3: what is spoken on the wire
  --transport NAME  udp (multicast, default) or udpu
  --token MS        token as in corosync.conf, 1000 unless said
  --host NAME       processes (default), or corosync: the installed daemons in network namespaces
                    of their own, as root; no sheep, --transport knet too, the capture by tcpdump
  --behaviour NAME  of the sheep: sound (default), or faithful to sheepdog 0.3.0, faults included
  --no-sheep        nodes without a store
  --port P          mcastport, 5405 unless said; udp sends from the port below it
  --dir DIR         keeps the nodes' files there and uses them again; else a temporary folder
  --capture FILE    what the nodes send, as pcapng, without any right to capture
  --exec FILE       lines from a file instead of the prompt
  --json            one object for every event and every line

  NODE> COMMAND     in the shell of a node: 112> corosync-cfgtool -s; Ctrl-C ends tail -f
  fault KIND NODE   breaks something; heal ends it; help lists the kinds
  add, status, wait ring N, wait quiet, wait SECONDS, quit

  totemlab lab --nodes 3 --capture ring.pcapng`;

const NODE = `totemlab node --id N --bind ADDRESS --nodes ID=ADDRESS,… [--dialect corosync-3 | corosync-1]
              [--transport udp | udpu] [--mcast ADDRESS] [--port P] [--token MS] [--cpg GROUP]
              [--votes N] [--state DIR]

One node in the foreground. It joins whatever ring answers at its group and port, also one of real
Corosync daemons, and prints what its applications would be told, one JSON object a line. Lines of
standard input are multicast to its group. Ctrl-C leaves the ring cleanly.

  --id N             this node's number; it must be in --nodes, as in every other node's list
  --bind ADDRESS     an address of this machine, whose interface is used
  --nodes LIST       every node of the ring, ID=ADDRESS, separated by commas
  --dialect NAME     corosync-3 (default) or corosync-1: what is spoken on the wire
  --transport NAME   udp (multicast, default) or udpu (unicast to each node)
  --mcast ADDRESS    the multicast group, 226.94.1.1 unless said
  --port P           mcastport, 5405 unless said; udp sends from the port below it
  --token MS         token as in corosync.conf, before the coefficient for more than two nodes
  --cpg GROUP        join this closed process group
  --votes N          announce votes to the other nodes' votequorum
  --state DIR        where the ring id is kept

  totemlab node --id 3 --bind 10.0.0.3 --nodes 1=10.0.0.1,2=10.0.0.2,3=10.0.0.3 --cpg chat`;

const SIMULATE = `totemlab simulate SCENARIO [--seed N] [--out FILE.pcapng] [--text]
totemlab simulate SCENARIO --step [--seed N]

Runs a scenario in virtual time and prints its transcript: one line for every event. The same
scenario and seed give the same transcript on any machine. docs/lab.md describes the language.

SCENARIO is a file; - reads standard input.
  --seed N    instead of the scenario's own
  --out FILE  write what would be on the wire, as a capture that opens like any other
  --text      the commands too, with their transcript below
  --step      a prompt to walk through it: step, hop, rotation, next, back, fork, any command
              of scenarios in between; help lists them

Ends with 1 if a law of the protocol was broken or an expectation was not met.

  totemlab simulate test/simulation/scenarios/first-ring.txt --out ring.pcapng
  totemlab analyse ring.pcapng`;

const SWARM = `totemlab swarm [--seeds N] [--from SEED] [--minutes M] [--workers N]

Random clusters of 1 to 64 nodes under random faults, with every checker on: first everything may
fail, then the network is whole again and the nodes must come together. For every seed that breaks
a law one line, and below it a scenario that does so too, for totemlab simulate.

  --seeds N    how many seeds: 2000 unless said; with --minutes as many as fit
  --from SEED  the first, 1 unless said
  --minutes M  begin no further seeds after so many minutes
  --workers N  processes, as many as cores unless said

Ends with 1 if any seed failed.

  totemlab swarm --seeds 1000000`;

const MAIN = `totemlab COMMAND …

  decode FILE   what was in each packet, down to the last octet
  analyse FILE  which rings there were, what the nodes did, what went wrong
  export FILE   an annotated capture, for Wireshark and to reopen here
  report FILE   what happened, as HTML or Markdown
  table FILE    the packets as CSV
  capture -i IF packets of an interface, into a file
  image         raw images into a sheepdog store and out of it
  place OID…    where sheepdog keeps objects
  lab           a mini cluster of node processes, with a prompt
  node          one node, in a ring of its like or of real Corosync
  simulate FILE a scenario in virtual time: what happened, what was on the wire
  swarm         random clusters under random faults: no law may break

totemlab COMMAND --help tells more; totemlab --version the version.
Exit codes: 0 done, 1 --fail-on struck or a check failed, 2 wrong usage or unreadable input, 130 stopped by Ctrl-C.`;

export const HELP: { readonly [command: string]: string } = {
  '': MAIN,
  decode: DECODE,
  analyse: ANALYSE,
  capture: CAPTURE,
  image: IMAGE,
  export: EXPORT,
  report: REPORT,
  table: TABLE,
  lab: LAB,
  node: NODE,
  place: PLACE,
  simulate: SIMULATE,
  swarm: SWARM,
};
