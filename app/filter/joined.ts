// Expressions joined to the one that stands. Pure text.

export type Joint = 'alone' | 'and' | 'and not' | 'or';

/** An expression joined to the one that stands. */
export function joinedQuery(standing: string, added: string, joint: Joint): string {
  const before = standing.trim();
  const wrapped = (text: string): string => (/\b(and|or)\b|&&|\|\|/.test(text) ? `(${text})` : text);
  if (joint === 'alone' || before === '') return joint === 'and not' ? `not ${wrapped(added)}` : added;
  const word = joint === 'or' ? 'or' : 'and';
  return `${wrapped(before)} ${word} ${joint === 'and not' ? 'not ' : ''}${wrapped(added)}`;
}
