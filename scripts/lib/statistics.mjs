/**
 * The value below which the given share of numbers lies (nearest rank); 0 for none.
 *
 * @param {number[]} numbers
 * @param {number} share from 0 to 1
 */
export function percentile(numbers, share) {
  if (numbers.length === 0) return 0;
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
