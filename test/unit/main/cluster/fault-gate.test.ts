// What a bad network does to what arrives, by sender and by kind of cast.
import { describe, expect, it } from 'vitest';
import { createFaultGate, type LinkRule } from '../../../../main/node/cluster/fault-gate.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';
const rule = (change: Partial<LinkRule>): LinkRule => ({
  from: null,
  what: 'all',
  loss: 0,
  delayMs: 0,
  sizeMax: null,
  ...change,
});

function gateWith(rules: readonly LinkRule[], random: () => number = () => 0.5) {
  const passed: number[] = [];
  const gate = createFaultGate((bytes) => passed.push(bytes[0] ?? -1), random);
  gate.setRules(rules);
  return { gate, passed };
}

describe('fault gate', () => {
  it('passes everything on at once without rules', () => {
    const { gate, passed } = gateWith([]);
    gate.arrived(new Uint8Array([1]), A, true);
    expect(passed).toEqual([1]);
  });

  it('cuts one sender and not another', () => {
    const { gate, passed } = gateWith([rule({ from: A, loss: 1 })]);
    gate.arrived(new Uint8Array([1]), A, true);
    gate.arrived(new Uint8Array([2]), B, true);
    expect(passed).toEqual([2]);
    expect(gate.dropped()).toBe(1);
  });

  it('makes a node deaf to multicast while tokens arrive', () => {
    const { gate, passed } = gateWith([rule({ what: 'multicast', loss: 1 })]);
    gate.arrived(new Uint8Array([1]), A, true);
    gate.arrived(new Uint8Array([2]), A, false);
    expect(passed).toEqual([2]);
  });

  it('loses a share by the numbers it is given', () => {
    let i = 0;
    const { gate, passed } = gateWith([rule({ loss: 0.3 })], () => (i++ % 10) / 10);
    for (let n = 0; n < 10; n++) gate.arrived(new Uint8Array([n]), A, true);
    expect(passed).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('loses what is longer than the path lets through', () => {
    const { gate, passed } = gateWith([rule({ sizeMax: 2 })]);
    gate.arrived(new Uint8Array([1, 0, 0]), A, true);
    gate.arrived(new Uint8Array([2, 0]), A, true);
    expect(passed).toEqual([2]);
  });

  it('delays, and forgets what is late when it closes', async () => {
    const { gate, passed } = gateWith([rule({ delayMs: 1 })]);
    gate.arrived(new Uint8Array([1]), A, true);
    const early = [...passed];
    await new Promise((done) => setTimeout(done, 20));
    gate.arrived(new Uint8Array([2]), A, true);
    gate.close();
    await new Promise((done) => setTimeout(done, 20));
    expect(early).toEqual([]);
    expect(passed).toEqual([1]);
  });

  it('neither hears nor is heard while its interface is down', () => {
    const { gate, passed } = gateWith([]);
    gate.setInterface(false);
    gate.arrived(new Uint8Array([1]), A, true);
    const may = gate.mayLeave();
    gate.setInterface(true);
    gate.arrived(new Uint8Array([2]), A, true);
    expect([may, gate.mayLeave(), passed]).toEqual([false, true, [2]]);
  });
});
