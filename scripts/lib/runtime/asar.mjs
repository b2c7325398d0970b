// Writes a small asar archive: the form in which Electron wants its default application. Flat files only.

/** Octets of an archive that holds these files, { name: text }. */
export function packAsar(files) {
  const bodies = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]);
  const header = { files: {} };
  let offset = 0;
  for (const [name, body] of bodies) {
    header.files[name] = { size: body.length, offset: String(offset) };
    offset += body.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / 4) * 4;
  // Two nested length-prefixed records ("pickles"): the size of the header, then the header's text.
  const head = Buffer.alloc(16 + padded);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(8 + padded, 4);
  head.writeUInt32LE(4 + padded, 8);
  head.writeUInt32LE(json.length, 12);
  json.copy(head, 16);
  return Buffer.concat([head, ...bodies.map(([, body]) => body)]);
}
