/** Counts of all slots of a ledger. */
export interface LedgerTotals {
  intended: number;
  sent: number;
  /** Answered: good and late. */
  done: number;
  good: number;
  late: number;
  lost: number;
  failed: number;
  unsent: number;
}

export const noTotals = (): LedgerTotals => ({
  intended: 0,
  sent: 0,
  done: 0,
  good: 0,
  late: 0,
  lost: 0,
  failed: 0,
  unsent: 0,
});
