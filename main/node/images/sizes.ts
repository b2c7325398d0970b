// Sizes as qemu-img reads and prints them.

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
};

/** `1G`, `512M`, `1.5k`, `1048576`: octets, whole; null where it is no size. */
export function readSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([bkmgtp]?)$/i.exec(text.trim());
  const octets = Math.trunc(Number(match?.[1] ?? NaN) * (FACTORS[(match?.[2] ?? '').toLowerCase()] ?? NaN));
  return Number.isSafeInteger(octets) ? octets : null;
}

/** `8.0G`, `64M`, `512`: three digits at most. */
export function sizeText(octets: number): string {
  if (octets <= 999) return String(octets);
  const units = ['K', 'M', 'G', 'T'];
  let value = octets / 1024;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1024;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}
