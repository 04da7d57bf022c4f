/** The rows of an editor after one of them was changed. */
export function withChange<Row>(rows: Row[], at: number, part: Partial<Row>): Row[] {
  return rows.map((row, place) => (place === at ? { ...row, ...part } : row));
}

/** The rows of an editor after one of them was removed. */
export function without<Row>(rows: Row[], at: number): Row[] {
  return rows.filter((_, place) => place !== at);
}
