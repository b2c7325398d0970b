// The timeline of a capture as a picture for a report: lanes of states, rings above, waits and findings below. A string
// of SVG without scripts or references, and the same in characters. Pure.
import type { Analysis, MembershipState, Severity } from '../../analysis/result.ts';
import type { TimeSpan } from '../annotated-capture.ts';
import { forHtml } from './escape.ts';
import { stretchesOf, type ChainWait } from './history.ts';

export interface PictureInput {
  readonly analysis: Analysis;
  readonly span: TimeSpan;
  /** Of the first packet, from which times count. */
  readonly firstNs: number;
  readonly waits: readonly ChainWait[];
  readonly label: (nodeid: number) => string;
}

const WIDTH = 1000;
const GUTTER = 130;
const RING_HEIGHT = 20;
const LANE_HEIGHT = 34;
const BAND_HEIGHT = 22;
const AXIS_HEIGHT = 24;
/** Nodes and findings that are drawn. */
const NODES_MAX = 64;
const FLAGS_MAX = 60;
const RING_BANDS_MAX = 3;

/** Each state has a hue, a pattern and an initial. */
const STATES: Readonly<
  Record<MembershipState, { readonly fill: string; readonly ink: string; readonly pattern: string }>
> = {
  operational: { fill: '#cfeee4', ink: '#00503b', pattern: '' },
  gather: { fill: '#fbe3bf', ink: '#6b4300', pattern: 'M0 6L6 0' },
  commit: { fill: '#d3ecf9', ink: '#0a4a6b', pattern: 'M3 3h.01' },
  recovery: { fill: '#f2dbe8', ink: '#70305a', pattern: 'M3 0V6' },
};
const FLAG_COLOURS: Readonly<Record<Severity, string>> = { failure: '#c43b00', warning: '#8f6400', info: '#667078' };

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(ns < 1e9 && ns > -1e9 ? 3 : 2)} s`;
const n = (value: number): string => String(Math.round(value * 10) / 10);

function text(x: number, y: number, says: string, room: number, fill = '#16191c', weight = 400): string {
  // A letter is some 6.2 wide at this size.
  if (says === '' || says.length * 6.2 > room) return '';
  return `<text x="${n(x)}" y="${n(y)}" fill="${fill}" font-weight="${weight}">${forHtml(says)}</text>`;
}

class Picture {
  private readonly input: PictureInput;
  private readonly parts: string[] = [];
  private y = 6;

  constructor(input: PictureInput) {
    this.input = input;
  }

  private x(time: number): number {
    const { from, to } = this.input.span;
    const at = GUTTER + ((time - from) / Math.max(1, to - from)) * (WIDTH - GUTTER - 8);
    return Math.min(WIDTH - 8, Math.max(GUTTER, at));
  }

  private isSeen(from: number, to: number): boolean {
    return to >= this.input.span.from && from <= this.input.span.to;
  }

  private rings(): void {
    const bands: number[] = [];
    this.parts.push(text(8, this.y + 14, 'rings', GUTTER, '#5a6570'));
    for (const { id, firstToken, lastToken, members } of this.input.analysis.rings) {
      if (firstToken === null || lastToken === null || !this.isSeen(firstToken, lastToken)) continue;
      let band = bands.findIndex((end) => end <= firstToken);
      if (band < 0) band = Math.min(bands.length, RING_BANDS_MAX - 1);
      bands[band] = lastToken;
      const [x1, x2, top] = [this.x(firstToken), this.x(lastToken), this.y + band * RING_HEIGHT];
      this.parts.push(
        `<rect x="${n(x1)}" y="${top}" width="${n(Math.max(2, x2 - x1))}" height="${RING_HEIGHT - 3}" fill="#e7ebee"/>`,
        `<rect x="${n(x1)}" y="${top}" width="2" height="${RING_HEIGHT - 3}" fill="#009e73"/>`,
        text(x1 + 6, top + 13, `${id} · ${members.length}`, x2 - x1 - 8),
      );
    }
    this.y += Math.max(1, bands.length) * RING_HEIGHT + 4;
  }

  private waits(): void {
    const waits = this.input.waits.filter(({ from, to }) => this.isSeen(from, to));
    if (waits.length === 0) return;
    this.parts.push(text(8, this.y + 14, 'waits', GUTTER, '#5a6570'));
    for (const { name, from, to } of waits) {
      const [x1, x2, y] = [this.x(from) + 1, this.x(to) - 1, this.y + 10];
      const bracket = `M${n(x1)} ${y - 5}v10M${n(x1)} ${y}H${n(x2)}m0 -5v10`;
      this.parts.push(`<path d="${bracket}" stroke="#8f6400" fill="none"/>`);
      const says = `${name} ${seconds(to - from)}`;
      const wide = says.length * 6.2;
      if (wide < x2 - x1 - 12) {
        const middle = (x1 + x2) / 2;
        this.parts.push(
          `<rect x="${n(middle - wide / 2 - 3)}" y="${y - 7}" width="${n(wide + 6)}" height="14" fill="#fff"/>`,
        );
        this.parts.push(text(middle - wide / 2, y + 4, says, Infinity));
      }
    }
    this.y += BAND_HEIGHT;
  }

  private lanes(): void {
    const { analysis, label } = this.input;
    for (const { nodeid } of analysis.nodes.slice(0, NODES_MAX)) {
      this.parts.push(text(8, this.y + LANE_HEIGHT / 2 + 2, label(nodeid).slice(0, 19), Infinity));
      this.parts.push(
        `<rect x="${GUTTER}" y="${this.y}" width="${WIDTH - GUTTER - 8}" height="${LANE_HEIGHT - 4}" fill="#f3f5f6"/>`,
      );
      for (const { state, from, to } of stretchesOf(analysis, nodeid)) {
        if (state === null || !this.isSeen(from, to)) continue;
        const [x1, x2] = [this.x(from), this.x(to)];
        const { fill, ink } = STATES[state];
        const place = `x="${n(x1)}" y="${this.y}" width="${n(Math.max(1, x2 - x1))}" height="${LANE_HEIGHT - 4}"`;
        this.parts.push(`<rect ${place} fill="${fill}"/>`);
        if (STATES[state].pattern !== '') this.parts.push(`<rect ${place} fill="url(#p-${state})"/>`);
        const word = text(x1 + 5, this.y + 19, state, x2 - x1 - 8, ink);
        this.parts.push(
          word === '' ? text(x1 + 2, this.y + 19, state.charAt(0).toUpperCase(), x2 - x1 - 1, ink) : word,
        );
      }
      this.y += LANE_HEIGHT;
    }
  }

  private flags(): void {
    const { findings } = this.input.analysis;
    const seen = findings.filter(({ time, until }) => this.isSeen(time, until ?? time)).slice(0, FLAGS_MAX);
    this.parts.push(text(8, this.y + 14, 'findings', GUTTER, '#5a6570'));
    const places = seen.map(({ time }) => this.x(time));
    for (const [i, { rule, severity, time, until }] of seen.entries()) {
      const x = places[i] ?? 0;
      const end = this.x(until ?? time);
      const colour = FLAG_COLOURS[severity];
      const next = Math.min(...places.filter((other) => other > x), WIDTH);
      const pole = `M${n(x)} ${this.y + 18}V${this.y + 3}h9l-2 3.5 2 3.5h-9`;
      const line = `M${n(x)} ${this.y + 18}H${n(Math.max(x, end))}`;
      this.parts.push(
        `<path d="${pole}${line}" fill="${colour}" stroke="${colour}"/>`,
        text(x + 12, this.y + 12, rule.replaceAll('-', ' '), next - x - 14, colour),
      );
    }
    this.y += BAND_HEIGHT;
  }

  private axis(): void {
    const { span, firstNs } = this.input;
    const step = stepOf(span.to - span.from);
    this.parts.push(`<path d="M${GUTTER} ${this.y}H${WIDTH - 8}" stroke="#9aa4ac" fill="none"/>`);
    const first = firstNs + Math.ceil((span.from - firstNs) / step) * step;
    for (let time = first; time <= span.to; time += step) {
      const x = this.x(time);
      this.parts.push(`<path d="M${n(x)} ${this.y}v6" stroke="#9aa4ac"/>`);
      const says = `${Number(((time - firstNs) / 1e9).toFixed(6))} s`;
      this.parts.push(text(x + 3, this.y + 16, says, WIDTH - x, '#5a6570'));
    }
    this.y += AXIS_HEIGHT;
  }

  draw(): string {
    this.rings();
    this.waits();
    this.lanes();
    this.flags();
    this.axis();
    const patterns = Object.entries(STATES).flatMap(([state, { pattern, ink }]) => {
      if (pattern === '') return [];
      const stroke = `stroke="${ink}" stroke-opacity=".28" stroke-width="1.2" stroke-linecap="round" fill="none"`;
      const open = `<pattern id="p-${state}" width="6" height="6" patternUnits="userSpaceOnUse">`;
      return [`${open}<path d="${pattern}" ${stroke}/></pattern>`];
    });
    const size = `viewBox="0 0 ${WIDTH} ${this.y}" width="${WIDTH}" height="${this.y}"`;
    const face = 'role="img" font-family="system-ui, sans-serif" font-size="11"';
    const open = `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${face}>`;
    const ground = `<rect width="${WIDTH}" height="${this.y}" fill="#ffffff"/>`;
    return [
      open,
      `<defs>${patterns.join('')}</defs>`,
      ground,
      ...this.parts.filter((part) => part !== ''),
      '</svg>',
    ].join('');
  }
}

/** Round steps, some eight on the axis. */
function stepOf(length: number): number {
  const rough = Math.max(1000, length / 8);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((own) => own * power >= rough) ?? 10;
  return factor * power;
}

export function pictureSvg(input: PictureInput): string {
  return new Picture(input).draw();
}

const COLUMNS = 72;
const LETTERS: Readonly<Record<MembershipState, string>> = {
  operational: 'O',
  gather: 'g',
  commit: 'c',
  recovery: 'r',
};

/** The lanes in characters: O operational, g gather, c commit, r recovery; of several in one column the rarest. */
export function pictureText({ analysis, span, firstNs, label }: PictureInput): readonly string[] {
  const width = Math.max(1, span.to - span.from);
  const nodes = analysis.nodes.slice(0, NODES_MAX);
  const names = nodes.map(({ nodeid }) => label(nodeid).slice(0, 24));
  const pad = Math.max(4, ...names.map((name) => name.length));
  const lanes = nodes.map(({ nodeid }, i) => {
    const cells = Array.from({ length: COLUMNS }, () => '.');
    for (const { state, from, to } of stretchesOf(analysis, nodeid)) {
      if (state === null || to < span.from || from > span.to) continue;
      const first = Math.max(0, Math.floor(((from - span.from) / width) * COLUMNS));
      const last = Math.min(COLUMNS - 1, Math.floor(((to - span.from) / width) * COLUMNS));
      for (let cell = first; cell <= last; cell++)
        if (state !== 'operational' || cells[cell] === '.') cells[cell] = LETTERS[state];
    }
    return `${(names[i] ?? '').padEnd(pad)} ${cells.join('')}`;
  });
  const [start, end] = [seconds(span.from - firstNs), seconds(span.to - firstNs)];
  const axis = `${' '.repeat(pad + 1)}${start}${end.padStart(Math.max(1, COLUMNS - start.length))}`;
  return [...lanes, axis, 'O operational, g gather, c commit, r recovery, . not heard'];
}
