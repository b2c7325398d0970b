// What the transport bar says. Pure.

/** A speed, given as a power of ten, as a person says it: "1/200 ×", "1 ×", "50 ×". */
export function speedText(power: number): string {
  const factor = 10 ** power;
  const round = (value: number): string => String(Number(value.toPrecision(value < 10 ? 2 : 3)));
  return factor < 0.995 ? `1/${round(1 / factor)} ×` : `${round(factor)} ×`;
}
