// One line to the person at the terminal, on standard error: standard output belongs to results.
export const says = (line) => process.stderr.write(`${line}\n`);
