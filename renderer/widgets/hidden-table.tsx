// A table for those who do not see the picture that it stands behind. No domain words.
import type { ReactNode } from 'react';

export interface HiddenTableProps {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function HiddenTable({ caption, heads, rows }: HiddenTableProps): ReactNode {
  return (
    <table className="hidden-text">
      <caption>{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, i) => (
          <tr key={i}>
            {cells.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
